namespace FakeAi.Storage.Resources;

/// <summary>An object that outlives its request: a file, an upload, a batch. Never changes; a change is a new version.</summary>
/// <param name="Kind">What it is: lower-case letters and underscores.</param>
/// <param name="Id">Its id, unique within its kind whoever owns it.</param>
/// <param name="Owner">Whose it is: organisation and project of the key that made it. Others do not see it.</param>
/// <param name="Json">The object itself.</param>
public sealed record Resource(string Kind, string Id, string Owner, string Json)
{
    /// <summary>What lists can be narrowed by; empty for nothing.</summary>
    public string Label { get; init; } = "";

    /// <summary>Whether there is still work to do for it; see <see cref="IResourceStore.OpenAsync"/>.</summary>
    public bool Open { get; init; }

    /// <summary>From when on it is gone; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Grows by one with each change, from 1; 0 before it is stored.</summary>
    public long Version { get; init; }
}

/// <summary>How storing something new ended.</summary>
public enum CreateOutcome
{
    /// <summary>It is stored, with version 1.</summary>
    Created,

    /// <summary>There is one with that kind and id.</summary>
    Exists,

    /// <summary>The owner has as many of the kind as may be.</summary>
    Full,
}

/// <summary>How changing something ended.</summary>
public enum ChangeOutcome
{
    /// <summary>It is changed.</summary>
    Changed,

    /// <summary>It is not there any more.</summary>
    Missing,

    /// <summary>Somebody else changed it meanwhile.</summary>
    Conflict,

    /// <summary>The lease that the change depends on is somebody else's, or nobody's.</summary>
    LeaseLost,
}

/// <summary>A question for a part of an owner's objects of a kind, in the order of their creation.</summary>
/// <param name="Kind">Of which kind.</param>
/// <param name="Owner">Whose.</param>
/// <param name="Limit">Most objects to give; above 0.</param>
public sealed record ResourceQuery(string Kind, string Owner, int Limit)
{
    /// <summary>Newest first.</summary>
    public bool Descending { get; init; } = true;

    /// <summary>Only what comes after this id in the order asked for.</summary>
    public string? After { get; init; }

    /// <summary>Only what comes before this id in the order asked for; without <see cref="After"/> those nearest to it.</summary>
    public string? Before { get; init; }

    /// <summary>Only those with this label; null for all.</summary>
    public string? Label { get; init; }
}

/// <summary>A part of a list.</summary>
/// <param name="Items">The objects, in the order asked for.</param>
/// <param name="HasMore">Whether there are more in the direction asked for.</param>
public sealed record ResourcePage(IReadOnlyList<Resource> Items, bool HasMore);
