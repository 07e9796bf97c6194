using System.IO.Pipelines;

namespace FakeAi.Engine.Streaming;

/// <summary>Writes a dialect's bytes of a stream. Called on the wheel's thread; must not block.</summary>
internal interface IChunkEncoder
{
    /// <summary>Whether it still reads the texts of what it was made from; if not, nobody has to hold them while the stream waits and runs.</summary>
    bool ReadsTexts => true;

    /// <summary>What comes before the first content; written together with it.</summary>
    void WriteStart(PipeWriter output);

    /// <summary>One step's content.</summary>
    void WriteStep(PipeWriter output, int step);

    /// <summary>
    /// Several steps' content, in one chunk where the dialect can join them; in one each where it cannot. Called with adaptive
    /// chunks switched on only.
    /// </summary>
    /// <param name="output">Where to write.</param>
    /// <param name="from">The first step.</param>
    /// <param name="to">The step after the last.</param>
    void WriteSteps(PipeWriter output, int from, int to)
    {
        for (var step = from; step < to; step++)
        {
            WriteStep(output, step);
        }
    }

    /// <summary>What comes after the last content; written together with it.</summary>
    void WriteEnd(PipeWriter output);
}
