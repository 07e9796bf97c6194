using System.Security.Cryptography;
using System.Text;
using FakeAi.Contracts.Wire;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace FakeAi.ServiceDefaults.Security;

/// <summary>Refuses callers that do not show the installation's token, so that nobody goes around the gateway.</summary>
internal sealed class InternalTokenMiddleware(RequestDelegate next, IOptions<InstallationOptions> options)
{
    private readonly byte[]? _token = options.Value.InternalToken is { Length: > 0 } token ? Encoding.UTF8.GetBytes(token) : null;

    public Task InvokeAsync(HttpContext context)
    {
        if (_token is null || context.Request.Path.Equals("/health", StringComparison.Ordinal)
            || context.Request.Path.Equals("/alive", StringComparison.Ordinal) || Shows(context.Request))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(
            """{"error":{"message":"This service answers the gateway only. Call the gateway instead.","type":"invalid_request_error","param":null,"code":"internal_token_required"}}""",
            context.RequestAborted);
    }

    private bool Shows(HttpRequest request)
    {
        var shown = request.Headers[InternalHeaders.Token].ToString();
        return shown.Length > 0 && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(shown), _token);
    }
}
