using System.Buffers;
using System.Text.Json;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Moderation;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Randomness;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Dialects.OpenAiModerations;

/// <summary>Serves <c>POST /v1/moderations</c>.</summary>
internal sealed class ModerationHandler(
    ModerationRequestParser parser, RequestBody body, SteeringReader steering, WholeAnswers answers, OpenAiExchange exchange, IOptions<InstallationOptions> installation)
{
    public const string Route = "/v1/moderations";

    private const string Operation = "moderation";
    private const ulong IdPurpose = 0x30DE7;
    private const string Hex = "0123456789abcdef";
    private const int IdLength = 32;

    private readonly long _serverSeed = installation.Value.Seed;

    public Task HandleAsync(HttpContext context) => exchange.RunAsync(context, Operation, AnswerAsync);

    private async Task AnswerAsync(HttpContext context, RequestArrival arrival)
    {
        var request = await body.ReadAsync(context, parser.Parse);
        var seed = request.SeedFor(_serverSeed);
        var id = "modr-" + (arrival.Deterministic ? new SeededRandom(SeedHash.Derive(seed, IdPurpose)).NextText(Hex, IdLength) : Guid.NewGuid().ToString("N"));
        var call = new WholeCall(
            Route, Operation, arrival, request.Model, request.ToldModel, request.Tokens, steering.Read(context.Request.Headers, request.Steering), seed, id)
        {
            TimedOut = OpenAiFault.TimedOut().WriteAsync,
        };
        var findings = request.Inputs.Select(static i => ContentModerator.Score(i.Texts, i.Images)).ToArray();
        await answers.RunAsync(context, call, output => Write(output, request, id, findings));
    }

    private static void Write(IBufferWriter<byte> output, ModerationRequest request, string id, ModerationFinding[] findings)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("model"u8, request.ToldModel);
        json.WriteStartArray("results"u8);
        for (var i = 0; i < findings.Length; i++)
        {
            Write(json, request.Inputs[i], findings[i]);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ModerationInput input, ModerationFinding finding)
    {
        var categories = ModerationCategories.All;
        json.WriteStartObject();
        json.WriteBoolean("flagged"u8, finding.Flagged);
        json.WriteStartObject("categories"u8);
        for (var i = 0; i < categories.Count; i++)
        {
            json.WriteBoolean(categories[i], finding.Scores[i] >= ModerationFinding.Threshold);
        }

        json.WriteEndObject();
        json.WriteStartObject("category_scores"u8);
        for (var i = 0; i < categories.Count; i++)
        {
            json.WriteNumber(categories[i], finding.Scores[i]);
        }

        json.WriteEndObject();
        json.WriteStartObject("category_applied_input_types"u8);
        foreach (var category in categories)
        {
            json.WriteStartArray(category);
            if (input.Texts.Count > 0)
            {
                json.WriteStringValue("text"u8);
            }

            if (input.Images.Count > 0 && ModerationCategories.OfImages(category))
            {
                json.WriteStringValue("image"u8);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
