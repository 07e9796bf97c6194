using System.IO.Pipelines;

namespace FakeAi.Engine.Streaming;

/// <summary>Writes a dialect's bytes of a stream. Called on the wheel's thread; must not block.</summary>
internal interface IChunkEncoder
{
    /// <summary>What comes before the first content; written together with it.</summary>
    void WriteStart(PipeWriter output);

    /// <summary>One step's content.</summary>
    void WriteStep(PipeWriter output, int step);

    /// <summary>What comes after the last content; written together with it.</summary>
    void WriteEnd(PipeWriter output);
}
