namespace FakeAi.Engine.Streaming;

/// <summary>Is told how a stream gets on. Called on the wheel's thread; must not block.</summary>
internal interface IStreamObserver
{
    /// <summary>The first content was flushed.</summary>
    void FirstToken(long afterUs);

    /// <summary>So much was told by now; at most 4 times a second.</summary>
    void Progress(int tokens, long afterUs);
}
