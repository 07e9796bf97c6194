using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Gateway.Tests.Hosting;

namespace FakeAi.Gateway.Tests.Models;

public sealed class ModelsTests
{
    [Fact]
    public async Task List_OfTheCatalogue_NamesEveryIdAndAliasInOpenAisShape()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine);

        using var list = JsonDocument.Parse(await gateway.Client.GetStringAsync("/v1/models"));

        Assert.Equal("list", list.RootElement.GetProperty("object").GetString());
        var data = list.RootElement.GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(
            ModelCatalogue.Default.Models.SelectMany(static m => m.Aliases.Prepend(m.Id)),
            data.Select(static m => m.GetProperty("id").GetString()));
        foreach (var model in data)
        {
            Assert.Equal(["id", "object", "created", "owned_by"], model.EnumerateObject().Select(static p => p.Name));
            Assert.Equal("model", model.GetProperty("object").GetString());
            using var one = await gateway.Client.GetAsync("/v1/models/" + Uri.EscapeDataString(model.GetProperty("id").GetString()!));
            Assert.True(JsonElement.DeepEquals(model, JsonDocument.Parse(await one.Content.ReadAsStringAsync()).RootElement));
            Assert.Equal("2020-10-01", Assert.Single(one.Headers.GetValues("openai-version")));
        }

        // Reading the list is no generation: it is not counted.
        Assert.Empty(gateway.Events.Events);
    }
}
