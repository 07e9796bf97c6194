using System.Diagnostics;

namespace FakeAi.Engine.Telemetry;

/// <summary>Attributes of the GenAI metrics. The models are names of the catalogue, so their number is bounded.</summary>
/// <param name="Operation">Such as <c>chat</c>.</param>
/// <param name="Provider">Whose API it is, such as <c>openai</c>.</param>
/// <param name="RequestModel">The model asked for; null where it is not known.</param>
/// <param name="ResponseModel">The model that answered.</param>
internal readonly record struct GenAiTags(string Operation, string Provider, string? RequestModel = null, string? ResponseModel = null)
{
    public TagList List(string? errorType)
    {
        var tags = new TagList
        {
            { "gen_ai.operation.name", Operation },
            { "gen_ai.provider.name", Provider },
        };
        Add(ref tags, "gen_ai.request.model", RequestModel);
        Add(ref tags, "gen_ai.response.model", ResponseModel);
        Add(ref tags, "error.type", errorType);
        return tags;
    }

    private static void Add(ref TagList tags, string name, string? value)
    {
        if (value is not null)
        {
            tags.Add(name, value);
        }
    }
}
