namespace FakeAi.Engine.Generation.Sources;

/// <summary>Answers with the last user message, word for word: for the model <c>echo</c>, or where the mode asks for it.</summary>
internal sealed class EchoSource : IAnswerSource
{
    /// <summary>The catalogue's id of the model that always echoes.</summary>
    public const string ModelId = "echo";

    public bool Serves(AnswerMode? mode) => mode is null or AnswerMode.Echo;

    public SourcedAnswer? TryAnswer(GenerationRequest request, AnswerDemand demand) =>
        demand.Mode == AnswerMode.Echo || request.Model.Id == ModelId
            ? new SourcedAnswer(AnswerDraft.Content(Conversation.LastUserText(request.Messages)))
            : null;
}
