using System.Globalization;

namespace FakeAi.Gateway.OpenAi;

/// <summary>The errors that the gateway itself tells.</summary>
internal static class OpenAiErrors
{
    public const string InvalidRequest = "invalid_request_error";
    public const string ServerError = "server_error";

    public static readonly OpenAiError MissingKey = new(
        401,
        "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth "
        + "(i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username) if you're accessing the API from "
        + "your browser and are prompted for a username and password. You can obtain an API key from https://platform.openai.com/account/api-keys.",
        InvalidRequest);

    public static readonly OpenAiError WrongHost = new(
        421, "This server does not answer to the host name of this request. Call it as localhost, or configure FakeAi:Gateway:AllowedHosts.", InvalidRequest, null, "host_not_allowed");

    public static readonly OpenAiError WrongOrigin = new(
        403, "Pages of this origin may not open sockets here. Configure FakeAi:Gateway:AllowedOrigins to let them.", InvalidRequest, null, "origin_not_allowed");

    public static readonly OpenAiError Unhandled = new(
        500, "The server had an error while processing your request. Sorry about that!", ServerError);

    public static readonly OpenAiError NoEngine = new(
        503, "The server is currently overloaded or not ready: no engine could be reached. Please try again later.", ServerError, null, "engine_unavailable")
    {
        RetryAfterSeconds = 1,
    };

    public static readonly OpenAiError EngineLost = new(
        502, "The engine broke off before it answered. Please try again.", ServerError, null, "bad_gateway") { RetryAfterSeconds = 1 };

    public static readonly OpenAiError EngineTimeout = new(
        504, "The request timed out before the engine finished its answer.", ServerError, null, "timeout");

    public static readonly OpenAiError StreamBroken = new(
        200, "The engine broke off in the middle of its answer; the connection was aborted.", ServerError, null, "upstream_stream_broken");

    public static readonly OpenAiError StreamTimeout = new(
        200, "The answer took longer than the gateway allows; the connection was aborted.", ServerError, null, "timeout");

    public static readonly OpenAiError StreamTimedOut = new(
        200, "The engine ended the stream: it took too long, or stood still too long.", ServerError, null, "timeout");

    public static readonly OpenAiError StreamFailed = new(
        200, "The engine failed in the middle of its answer and said so in the stream.", ServerError, null, "generation_failed");

    public static readonly OpenAiError UnknownStream = new(
        404, "There is no such stream: it never was, or it ended too long ago.", InvalidRequest, "id", "stream_not_found");

    public static readonly OpenAiError StreamWrongState = new(
        409, "The stream is not in a state that allows this.", InvalidRequest, "id", "stream_wrong_state");

    public static readonly OpenAiError StreamName = new(
        400, "A generator's name has 1 to 64 lower-case letters, digits, hyphens or underscores.", InvalidRequest, "generator");

    public static readonly OpenAiError EngineRefuses = new(
        502, "The engine refused the gateway: their FakeAi:InternalToken differ.", ServerError, null, "engine_refused");

    public static readonly OpenAiError CollectorUnavailable = new(
        503, "The collector could not be reached. Please try again later.", ServerError, null, "collector_unavailable") { RetryAfterSeconds = 1 };

    public static readonly OpenAiError CollectorRefuses = new(
        502, "The collector refused the gateway: their FakeAi:InternalToken differ.", ServerError, null, "collector_refused");

    public static readonly OpenAiError SocketExpected = new(
        400, "This is a WebSocket endpoint; open it as a WebSocket.", InvalidRequest, null, "websocket_expected");

    public static readonly OpenAiError MissingModel = new(
        400, "Missing required parameter: 'model'.", InvalidRequest, "model", "missing_required_parameter");

    public static readonly OpenAiError AdminOff = new(
        403, "Admin routes are switched off: no admin key is configured (FakeAi:AdminKey).", InvalidRequest, null, "admin_disabled");

    public static readonly OpenAiError AdminKey = new(
        401, "This route needs the admin key, as 'Authorization: Bearer' or in 'x-fakeai-admin-key'.", InvalidRequest, null, "invalid_admin_key");

    public static readonly OpenAiError FastModeBody = new(
        400, "The body must be empty or {\"enabled\": true|false}.", InvalidRequest, "enabled");

    public static OpenAiError WrongKey(string masked) => new(
        401, $"Incorrect API key provided: {masked}. You can find your API key at https://platform.openai.com/account/api-keys.", InvalidRequest, null, "invalid_api_key");

    public static OpenAiError UnknownRoute(string method, string path) => new(404, $"Invalid URL ({method} {path})", InvalidRequest);

    public static OpenAiError WrongMethod(string method, string path) => new(
        405, $"Not allowed to {method} on {path}. (HINT: Perhaps you meant to use a different HTTP method?)", InvalidRequest, null, "method_not_supported");

    public static OpenAiError UnknownModel(string id) => new(404, $"The model '{id}' does not exist", InvalidRequest, "model", "model_not_found");

    public static OpenAiError BodyTooLarge(int limit) => new(
        413, string.Create(CultureInfo.InvariantCulture, $"The request body is too large: at most {limit} bytes are accepted."), InvalidRequest, null, "request_too_large")
    {
        Limit = limit,
        ClosesConnection = true,
    };

    public static OpenAiError BrokenBody(int status) => new(
        status, "The request body could not be read: it ended early, came too slowly or was not framed as its headers say.", InvalidRequest, null, "invalid_body")
    {
        ClosesConnection = true,
    };

    public static OpenAiError WrongContentType(string? contentType) => new(
        400,
        contentType is null
            ? "Missing 'Content-Type' header. This API method only accepts 'application/json' requests."
            : $"Unsupported content type: '{contentType}'. This API method only accepts 'application/json' requests, but you specified the header "
              + $"'Content-Type: {contentType}'. Please try again with a supported content type.",
        InvalidRequest,
        null,
        "unsupported_content_type");

    public static OpenAiError WrongContentEncoding(string encoding) => new(
        400, $"Unsupported content encoding: '{encoding}'. Send the body as it is.", InvalidRequest, null, "unsupported_content_encoding");

    public static OpenAiError WrongHeader(string name) => new(
        400, $"Invalid header '{name}': at most 64 printable ASCII characters are accepted.", InvalidRequest, name, "invalid_header");
}
