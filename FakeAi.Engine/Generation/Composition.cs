using System.Text;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Generation;

/// <summary>Writes one answer of the kind that the topic's intent asks for.</summary>
internal sealed class Composition(SeededRandom random, Topic topic, string? verbosity)
{
    private readonly Sentences _sentences = new(random, topic);
    private readonly StringBuilder _text = new(1024);
    private int _words;

    public string Write()
    {
        switch (topic.Intent)
        {
            case Intent.Greeting:
                Add(Phrasebook.Greetings);
                break;
            case Intent.Thanks:
                Add(Phrasebook.Thanks);
                break;
            case Intent.List:
                WriteList();
                break;
            case Intent.Code:
                CodeSample.Write(_text, random, topic, _sentences);
                break;
            case Intent.Comparison:
                WriteComparison();
                break;
            default:
                WriteProse(TargetWords());
                break;
        }

        return _text.ToString();
    }

    /// <summary>What the prompt asks for, else 40 to 190 words: longer prompts get longer answers.</summary>
    private int TargetWords()
    {
        if (topic.Words > 0)
        {
            return topic.Words;
        }

        var words = 40 + Math.Min(60, topic.PromptWords * 2) + random.Next(80);
        return verbosity switch
        {
            "low" => words / 2,
            "high" => words * 2,
            _ => words,
        };
    }

    private void WriteProse(int words)
    {
        Add(Phrasebook.Openings);
        while (_words < words - 12)
        {
            var paragraph = 2 + random.Next(3);
            for (var i = 0; i < paragraph && _words < words - 12; i++)
            {
                Add(Phrasebook.Bodies);
            }

            if (_words < words - 12)
            {
                Break("\n\n");
            }
        }

        if (words >= 30)
        {
            Add(Phrasebook.Closings);
        }
    }

    private void WriteList()
    {
        Add(Phrasebook.ListIntros);
        Break("\n\n");
        var numbered = random.Next(3) > 0;
        var count = topic.Words > 0 ? Math.Max(3, topic.Words / 15) : 4 + random.Next(4);
        for (var i = 1; i <= count; i++)
        {
            _text.Append(numbered ? $"{i}. " : "- ");
            Add(Phrasebook.ListItems);
            Break(i == count ? "\n\n" : "\n");
        }

        Add(Phrasebook.Closings);
    }

    private void WriteComparison()
    {
        Add(Phrasebook.Openings);
        Break("\n\n");
        for (var i = 0; i < 3; i++)
        {
            Add(Phrasebook.Comparisons);
        }

        Break("\n\n");
        var words = _words + (TargetWords() / 3);
        while (_words < words)
        {
            Add(Phrasebook.Bodies);
        }

        Add(Phrasebook.Closings);
    }

    private void Break(string with) => _text.Append(with);

    private void Add(string[] patterns)
    {
        if (_text.Length > 0 && !char.IsWhiteSpace(_text[^1]))
        {
            _text.Append(' ');
        }

        var sentence = _sentences.Next(patterns);
        _text.Append(sentence);
        _words += sentence.AsSpan().Count(' ') + 1;
    }
}
