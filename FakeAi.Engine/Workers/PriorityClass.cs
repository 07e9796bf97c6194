namespace FakeAi.Engine.Workers;

/// <summary>Who goes first where requests wait.</summary>
internal enum PriorityClass
{
    High,
    Normal,
    Low,
}

/// <summary>Words for priority classes.</summary>
internal static class PriorityClasses
{
    /// <summary>How many there are.</summary>
    public const int Count = 3;

    /// <summary>The class of a word of our own header; null for another word.</summary>
    public static PriorityClass? Parse(string text) => text switch
    {
        "high" => PriorityClass.High,
        "normal" => PriorityClass.Normal,
        "low" => PriorityClass.Low,
        _ => null,
    };

    /// <summary>The word of a class.</summary>
    public static string Word(this PriorityClass priority) => priority switch
    {
        PriorityClass.High => "high",
        PriorityClass.Low => "low",
        _ => "normal",
    };

    /// <summary>The class that OpenAI's service tier stands for.</summary>
    public static PriorityClass OfServiceTier(string tier) => tier switch
    {
        "priority" or "fast" => PriorityClass.High,
        "flex" => PriorityClass.Low,
        _ => PriorityClass.Normal,
    };
}
