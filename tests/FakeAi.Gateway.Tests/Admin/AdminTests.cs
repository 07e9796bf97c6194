using System.Net;
using FakeAi.Contracts.Wire;
using FakeAi.Gateway.Tests.Hosting;
using Microsoft.AspNetCore.Http;

namespace FakeAi.Gateway.Tests.Admin;

public sealed class AdminTests
{
    private const string Key = "admin-secret";

    [Theory]
    [InlineData("POST", "/admin/reset")]
    [InlineData("POST", "/admin/fast-mode")]
    [InlineData("GET", "/admin/fast-mode")]
    public async Task Route_WithoutTheAdminKey_Refuses(string method, string path)
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine, ("FakeAi:AdminKey", Key));

        foreach (var (header, value) in new[] { ("x", "y"), ("x-fakeai-admin-key", "admin-secreT"), ("authorization", "Bearer admin"), ("authorization", Key) })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            request.Headers.TryAddWithoutValidation(header, value);
            using var response = await gateway.Client.SendAsync(request);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Contains("invalid_admin_key", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.Empty(gateway.Events.Events);
    }

    [Fact]
    public async Task FastMode_SetAndToggled_ReachesTheEngine()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine, ("FakeAi:AdminKey", Key));
        gateway.Client.DefaultRequestHeaders.Add("authorization", $"Bearer {Key}");
        var fast = new List<string>();
        engine.Handler = context =>
        {
            fast.Add(context.Request.Headers[InternalHeaders.Fast].ToString());
            return FakeEngine.AnswerAsync(context);
        };

        var answers = new List<string>();
        foreach (var body in new[] { """{"enabled":true}""", """{"enabled":true}""", "", "{}", """{"enabled":false}""" })
        {
            using var response = await gateway.Client.PostAsync("/admin/fast-mode", GatewayHost.Json(body));
            answers.Add(await response.Content.ReadAsStringAsync());
            Assert.Equal(answers[^1], await gateway.Client.GetStringAsync("/admin/fast-mode"));
            using var chat = await gateway.ChatAsync();
        }

        Assert.Equal([true, true, false, true, false], answers.Select(static a => a == """{"fast_mode":true}"""));
        Assert.Equal(["1", "1", "", "1", ""], fast);
        foreach (var bad in new[] { "[]", "{", """{"enabled":1}""", """{"enable":true}""", new string(' ', 5000) })
        {
            using var response = await gateway.Client.PostAsync("/admin/fast-mode", GatewayHost.Json(bad));
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        }
    }

    [Fact]
    public async Task Reset_WithTheKey_IsHandedToTheCollector()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var collector = await FakeCollector.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(
            engine, ("FakeAi:AdminKey", Key), ("FakeAi:InternalToken", "inner"), ("services:collector:http:0", collector.Address));
        string? seen = null;
        collector.Handler = context =>
        {
            seen = $"{context.Request.Method} {context.Request.Path} {context.Request.Headers[InternalHeaders.Token]} {context.Request.Headers["x-fakeai-admin-key"]}";
            return context.Response.WriteAsync("""{"epoch":2}""");
        };
        gateway.Client.DefaultRequestHeaders.Add("x-fakeai-admin-key", Key);

        using var response = await gateway.Client.PostAsync("/admin/reset", null);

        Assert.Equal("""{"epoch":2}""", await response.Content.ReadAsStringAsync());
        Assert.Equal("POST /admin/reset inner ", seen);
    }
}
