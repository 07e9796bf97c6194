namespace FakeAi.Engine.Generation.Sources;

/// <summary>Asks the sources in their order; the first answer counts.</summary>
internal sealed class AnswerSources(IEnumerable<IAnswerSource> sources)
{
    private readonly IAnswerSource[] _sources = [.. sources];

    /// <summary>The answer of a source; null where it is to be made up.</summary>
    public SourcedAnswer? Find(GenerationRequest request, AnswerDemand demand)
    {
        foreach (var source in _sources)
        {
            if (source.Serves(demand.Mode) && source.TryAnswer(request, demand) is { } answer)
            {
                return answer;
            }
        }

        return null;
    }
}
