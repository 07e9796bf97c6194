using System.Globalization;
using FakeAi.Gateway.Requests;

namespace FakeAi.Gateway.OpenAi;

/// <summary>The headers that OpenAI puts on every answer.</summary>
internal static class OpenAiHeaders
{
    /// <summary>The API version that OpenAI tells.</summary>
    public const string Version = "2020-10-01";

    /// <summary>Sets them on the answer of a provider route; call when the answer is about to start.</summary>
    public static void Stamp(HttpContext context, GatewayRequest request)
    {
        if (!request.IsProviderRoute)
        {
            return;
        }

        var headers = context.Response.Headers;
        headers["openai-version"] = Version;
        headers["openai-organization"] = request.Organization;
        headers["openai-processing-ms"] = ((long)request.Elapsed.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        if (request.Owner?.Project is { } project)
        {
            headers["openai-project"] = project;
        }
    }
}
