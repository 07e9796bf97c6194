using System.Net;
using System.Text.Json.Nodes;
using FakeAi.Contracts.Wire;
using FakeAi.Gateway.Tests.Hosting;
using Microsoft.AspNetCore.Http;

namespace FakeAi.Gateway.Tests.Admin;

public sealed class StreamAdminTests
{
    private const string Key = "admin-secret";

    [Fact]
    public async Task Streams_OfAllEngines_AreListedTogetherAndDeadEnginesNamed()
    {
        await using var first = await FakeEngine.StartAsync();
        await using var second = await FakeEngine.StartAsync();
        var queries = new System.Collections.Concurrent.ConcurrentBag<string>();
        first.Handler = context => ListAsync(context, queries, "req_a");
        second.Handler = context => ListAsync(context, queries, "req_b");
        var dead = await FakeEngine.StartAsync();
        var address = dead.Address;
        await dead.DisposeAsync();
        await using var gateway = await GatewayHost.StartAsync(
            [first.Address, second.Address, address], ("FakeAi:AdminKey", Key), ("FakeAi:InternalToken", "inner"));
        gateway.Client.DefaultRequestHeaders.Add("x-fakeai-admin-key", Key);

        var list = JsonNode.Parse(await gateway.Client.GetStringAsync("/admin/streams?state=running&model=gpt-4o&other=1"))!;

        Assert.Equal(
            [("req_a", "engine-0"), ("req_b", "engine-1")],
            list["streams"]!.AsArray().Select(s => (s!["id"]!.ToString(), s["engine"]!.ToString())));
        Assert.Equal(2, list["active"]!.GetValue<int>());
        Assert.Equal("""["engine-2"]""", list["unreachable"]!.ToJsonString());
        Assert.All(queries, q => Assert.Equal("inner ?state=running&model=gpt-4o", q));
    }

    [Fact]
    public async Task Commands_GoToTheEngineThatHasTheStream_AndErrorsAreTold()
    {
        await using var first = await FakeEngine.StartAsync();
        await using var second = await FakeEngine.StartAsync();
        first.Handler = static context => StatusAsync(context, 404);
        second.Handler = static context => context.Request.Path.Value!.EndsWith("req_a/pause", StringComparison.Ordinal)
            ? context.Response.WriteAsync("""{"id":"req_a","state":"paused"}""")
            : StatusAsync(context, context.Request.Path.Value.Contains("req_a", StringComparison.Ordinal) ? 409 : 404);
        await using var gateway = await GatewayHost.StartAsync([first.Address, second.Address], ("FakeAi:AdminKey", Key));
        gateway.Client.DefaultRequestHeaders.Add("authorization", $"Bearer {Key}");

        using var paused = await gateway.Client.PostAsync("/admin/streams/req_a/pause", null);
        using var wrong = await gateway.Client.PostAsync("/admin/streams/req_a/resume", null);
        using var unknown = await gateway.Client.PostAsync("/admin/streams/req_b%2F..%2Fx/cancel", null);
        using var endless = await gateway.Client.GetAsync("/admin/streams/" + new string('x', 200));

        Assert.Equal("""{"id":"req_a","state":"paused","engine":"engine-1"}""", await paused.Content.ReadAsStringAsync());
        Assert.Equal((HttpStatusCode.Conflict, "stream_wrong_state"), (wrong.StatusCode, await CodeAsync(wrong)));
        Assert.Equal((HttpStatusCode.NotFound, "stream_not_found"), (unknown.StatusCode, await CodeAsync(unknown)));
        Assert.Equal((HttpStatusCode.NotFound, "stream_not_found"), (endless.StatusCode, await CodeAsync(endless)));
    }

    [Theory]
    [InlineData("GET", "/admin/streams")]
    [InlineData("GET", "/admin/streams/x")]
    [InlineData("POST", "/admin/streams/x/cancel")]
    public async Task Route_WithoutTheAdminKey_ReachesNoEngine(string method, string path)
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine, ("FakeAi:AdminKey", Key));
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var response = await gateway.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(0, engine.Calls);
    }

    private static Task ListAsync(HttpContext context, System.Collections.Concurrent.ConcurrentBag<string> queries, string id)
    {
        queries.Add($"{context.Request.Headers[InternalHeaders.Token]} {context.Request.QueryString}");
        return context.Response.WriteAsync($$"""{"streams":[{"id":"{{id}}"}],"active":1}""");
    }

    private static Task StatusAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static async Task<string> CodeAsync(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!["code"]!.ToString();
}
