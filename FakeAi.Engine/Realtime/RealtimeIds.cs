using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Realtime;

/// <summary>Makes the ids of a session; the same ones for the same seed.</summary>
internal sealed class RealtimeIds(ulong seed)
{
    private const ulong Purpose = 0x1D5;
    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private readonly SeededRandom _random = new(SeedHash.Derive(seed, Purpose));

    public string Session() => "sess_" + Text();

    public string Event() => "event_" + Text();

    public string Item() => "item_" + Text();

    public string Response() => "resp_" + Text();

    public string Conversation() => "conv_" + Text();

    public string Call() => "call_" + _random.NextText(Base62, 16);

    private string Text() => _random.NextText(Base62, 21);
}
