using System.Net;
using System.Text;
using System.Text.Json;
using FakeAi.Engine.Tests.Hosting;
using FakeAi.TestKit;

namespace FakeAi.Engine.Tests.Dialects;

/// <summary>Asks for sound and images, and checks what comes against OpenAI's own description.</summary>
internal static class MediaExchange
{
    public static SchemaCheck Schemas { get; } = Load();

    public static async Task<HttpResponseMessage> PostAsync(EngineHost engine, string path, string body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await engine.H2c.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>The data of server-sent events.</summary>
    public static JsonElement[] Events(string stream) =>
        [.. stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(e => JsonElement.Parse(e[(e.IndexOf("data: ", StringComparison.Ordinal) + 6)..]))];

    public static void AssertConforms(string schema, JsonElement json)
    {
        var faults = Schemas.Faults(schema, json);
        Assert.True(faults.Count == 0, $"{schema}: {string.Join('\n', faults)}");
    }

    public static async Task AssertRefusedAsync(HttpResponseMessage response, HttpStatusCode status, string? param)
    {
        Assert.Equal(status, response.StatusCode);
        var error = JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("error");
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.Equal(param, error.GetProperty("param").GetString());
    }

    private static SchemaCheck Load()
    {
        using var stream = typeof(MediaExchange).Assembly.GetManifestResourceStream("openai-media-schemas.json")!;
        using var document = JsonDocument.Parse(stream);
        return new SchemaCheck(document.RootElement);
    }
}
