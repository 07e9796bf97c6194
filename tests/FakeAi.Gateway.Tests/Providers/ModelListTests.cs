using System.Text.Json;
using FakeAi.Gateway.Tests.Hosting;

namespace FakeAi.Gateway.Tests.Providers;

/// <summary>One path, the list of the provider that the headers name.</summary>
public sealed class ModelListTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public async Task AnthropicsList_ReadPageByPageInBothDirections_IsWhole(int limit)
    {
        await using var gateway = await StartAsync(("anthropic-version", "2023-06-01"));
        var all = Ids(await GetAsync(gateway, "/v1/models?limit=1000"));

        var forth = new List<string>();
        for (var query = ""; ;)
        {
            var page = await GetAsync(gateway, $"/v1/models?limit={limit}{query}");
            forth.AddRange(Ids(page));
            Assert.Equal(Ids(page)[0], page.GetProperty("first_id").GetString());
            if (!page.GetProperty("has_more").GetBoolean())
            {
                break;
            }

            query = $"&after_id={page.GetProperty("last_id").GetString()}";
        }

        var back = new List<string>();
        for (var before = all[^1]; ;)
        {
            var page = await GetAsync(gateway, $"/v1/models?limit={limit}&before_id={before}");
            back.InsertRange(0, Ids(page));
            if (!page.GetProperty("has_more").GetBoolean())
            {
                break;
            }

            before = page.GetProperty("first_id").GetString()!;
        }

        Assert.Equal(all, forth);
        Assert.Equal(all[..^1], back);
        Assert.All(all, static id => Assert.StartsWith("claude-", id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnthropicsModel_ByAliasOrSnapshot_IsTheSameWithItsName()
    {
        await using var gateway = await StartAsync(("anthropic-version", "2023-06-01"));

        var alias = await GetAsync(gateway, "/v1/models/claude-sonnet-4-5");
        var dated = await GetAsync(gateway, "/v1/models/claude-sonnet-4-5-20250929");

        Assert.True(JsonElement.DeepEquals(alias, dated));
        Assert.Equal("claude-sonnet-4-5-20250929", alias.GetProperty("id").GetString());
        Assert.Equal("Claude Sonnet 4.5", alias.GetProperty("display_name").GetString());
        Assert.Matches("^20[0-9-]{8}T[0-9:]{8}Z$", alias.GetProperty("created_at").GetString());
    }

    [Theory]
    [InlineData("/v1beta/models")]
    [InlineData("/v1/models")]
    public async Task GeminisList_ReadPageByPage_IsWhole(string path)
    {
        await using var gateway = await StartAsync(("x-goog-api-key", "any"));
        var all = Names(await GetAsync(gateway, $"{path}?pageSize=1000"));

        var read = new List<string>();
        string? token = "";
        while (token is not null)
        {
            var page = await GetAsync(gateway, $"{path}?page_size=4&pageToken={Uri.EscapeDataString(token)}");
            read.AddRange(Names(page));
            token = page.TryGetProperty("nextPageToken", out var next) ? next.GetString() : null;
        }

        Assert.Equal(all, read);
        Assert.Contains("models/gemini-2.5-flash", all);
        var one = await GetAsync(gateway, $"{path}/gemini-2.5-flash");
        Assert.Equal("Gemini 2.5 Flash", one.GetProperty("displayName").GetString());
        Assert.Contains("generateContent", one.GetProperty("supportedGenerationMethods").EnumerateArray().Select(static m => m.GetString()));
    }

    private static async Task<GatewayHost> StartAsync((string Name, string Value) header)
    {
        var gateway = await GatewayHost.StartAsync([]);
        gateway.Client.DefaultRequestHeaders.Add(header.Name, header.Value);
        return gateway;
    }

    private static async Task<JsonElement> GetAsync(GatewayHost gateway, string path) => JsonElement.Parse(await gateway.Client.GetStringAsync(path));

    private static List<string> Ids(JsonElement page) => [.. page.GetProperty("data").EnumerateArray().Select(static m => m.GetProperty("id").GetString()!)];

    private static List<string> Names(JsonElement page) => [.. page.GetProperty("models").EnumerateArray().Select(static m => m.GetProperty("name").GetString()!)];
}
