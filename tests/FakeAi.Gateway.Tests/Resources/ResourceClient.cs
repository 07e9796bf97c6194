using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using FakeAi.Gateway.Tests.Hosting;
using FakeAi.TestKit;

namespace FakeAi.Gateway.Tests.Resources;

/// <summary>Calls a gateway's files, uploads and batches, and holds every answer against OpenAI's description of it.</summary>
internal sealed class ResourceClient(HttpClient http, string home, string? key = null)
{
    private static readonly SchemaCheck s_check = Load();

    public ResourceClient(GatewayHost host, string? key = null)
        : this(host.Client, host.Home, key)
    {
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Every file under the gateway's data folder, locks apart.</summary>
    public string[] OnDisk => [.. Directory.GetFiles(home, "*", SearchOption.AllDirectories).Where(static f => Path.GetFileName(f) != "lock")];

    public static MultipartFormDataContent Form(byte[] bytes, string filename, string purpose, params (string Name, string Value)[] fields)
    {
        var form = new MultipartFormDataContent { { new StringContent(purpose), "purpose" } };
        foreach (var (name, value) in fields)
        {
            form.Add(new StringContent(value), name);
        }

        form.Add(new ByteArrayContent(bytes), "file", filename);
        return form;
    }

    public Task<JsonElement> UploadAsync(string text, string filename = "notes.txt", string purpose = "user_data", params (string Name, string Value)[] fields) =>
        OkAsync(HttpMethod.Post, "/v1/files", "OpenAIFile", Form(Encoding.UTF8.GetBytes(text), filename, purpose, fields));

    public async Task<string> ContentAsync(string id)
    {
        using var response = await SendAsync(HttpMethod.Get, $"/v1/files/{id}/content");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync(Token);
    }

    public Task<JsonElement> JsonAsync(string path, string schema, string body) =>
        OkAsync(HttpMethod.Post, path, schema, new StringContent(body, Encoding.UTF8, "application/json"));

    /// <summary>Expects success and an answer that conforms.</summary>
    public async Task<JsonElement> OkAsync(HttpMethod method, string path, string schema, HttpContent? content = null)
    {
        using var response = await SendAsync(method, path, content);
        var json = await response.Content.ReadAsStringAsync(Token);
        Assert.True(response.StatusCode == HttpStatusCode.OK, json);
        var answer = JsonElement.Parse(json);
        var faults = s_check.Faults(schema, answer);
        Assert.True(faults.Count == 0, $"{string.Join('\n', faults)}\n{json}");
        return answer;
    }

    /// <summary>Expects an error in OpenAI's envelope, and gives status, message and code.</summary>
    public async Task<(int Status, string Message, string? Param, string? Code)> RefusedAsync(HttpMethod method, string path, HttpContent? content = null)
    {
        using var response = await SendAsync(method, path, content);
        var json = await response.Content.ReadAsStringAsync(Token);
        Assert.False(response.IsSuccessStatusCode, json);
        var error = JsonElement.Parse(json).GetProperty("error");
        Assert.Equal(["code", "message", "param", "type"], error.EnumerateObject().Select(static m => m.Name).Order());
        return ((int)response.StatusCode, error.GetProperty("message").GetString()!, error.GetProperty("param").GetString(), error.GetProperty("code").GetString());
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        return await http.SendAsync(request, Token);
    }

    private static SchemaCheck Load()
    {
        using var stream = typeof(ResourceClient).Assembly.GetManifestResourceStream("openai-schemas.json")!;
        using var document = JsonDocument.Parse(stream);
        return new SchemaCheck(document.RootElement);
    }
}
