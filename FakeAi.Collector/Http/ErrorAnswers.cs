using System.Text;
using System.Text.Json;
using FakeAi.EventBus.Streams;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FakeAi.Collector.Http;

/// <summary>Errors in the shape <c>{"error":{message,type,param,code}}</c>.</summary>
internal static class ErrorAnswers
{
    public static ContentHttpResult BadParameter(string name, string message) =>
        Answer(StatusCodes.Status400BadRequest, message, "invalid_request_error", name, "invalid_parameter");

    /// <summary>Turns an absent event log into a 503 that says so.</summary>
    public static async ValueTask<object?> WhenUnavailableAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (EventLogUnavailableException)
        {
            return Answer(
                StatusCodes.Status503ServiceUnavailable, "The collected data cannot be read at the moment; try again.", "server_error", null, "unavailable");
        }
    }

    private static ContentHttpResult Answer(int status, string message, string type, string? param, string code)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("error"u8);
            json.WriteString("message"u8, message);
            json.WriteString("type"u8, type);
            json.WriteString("param"u8, param);
            json.WriteString("code"u8, code);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return TypedResults.Text(Encoding.UTF8.GetString(buffer.ToArray()), "application/json", Encoding.UTF8, status);
    }
}
