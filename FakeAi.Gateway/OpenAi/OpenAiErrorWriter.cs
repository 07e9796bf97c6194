using System.Globalization;
using FakeAi.Gateway.Requests;

namespace FakeAi.Gateway.OpenAi;

/// <summary>Answers with an error, in the words and the shape of the provider whose API was called.</summary>
internal static class OpenAiErrorWriter
{
    /// <summary>Answers with the error and notes it as the request's outcome.</summary>
    public static async Task WriteAsync(this OpenAiError error, HttpContext context)
    {
        var request = GatewayRequest.Of(context);
        var surface = request.Surface;
        error = error.AsTold ? error : surface.Translate(error) with { AsTold = true };
        request.Fail(error);
        var response = context.Response;
        response.StatusCode = error.Status;
        response.ContentType = "application/json";
        surface.Stamp(context, request);
        if (error.RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (error.ClosesConnection)
        {
            response.Headers.Connection = "close";
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        surface.Write(response.BodyWriter, error, context, request);
        await response.BodyWriter.FlushAsync(context.RequestAborted);
    }
}
