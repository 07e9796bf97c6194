using System.IO.Pipelines;
using System.Text;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Streaming;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>Writes a choice's content and nothing else: no reasoning, no refusal, no call.</summary>
/// <param name="choice">What is told.</param>
/// <param name="lead">What comes before it.</param>
internal sealed class TextWriter(AnswerChoice choice, string lead = "") : IChunkEncoder
{
    public void WriteStart(PipeWriter output) => Encoding.UTF8.GetBytes(lead, output);

    public void WriteStep(PipeWriter output, int step)
    {
        for (var i = 0; i < choice.Parts.Count; i++)
        {
            var part = choice.Parts[i];
            if (step < part.Pieces.Count)
            {
                if (part.Kind == PartKind.Content)
                {
                    Encoding.UTF8.GetBytes(part.Piece(step), output);
                }

                return;
            }

            step -= part.Pieces.Count;
        }
    }

    public void WriteEnd(PipeWriter output)
    {
    }
}
