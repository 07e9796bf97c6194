namespace FakeAi.EventBus.Streams;

/// <summary>
/// One change of a shard's state. The state is made of documents (hashes of text fields), indexes (members with scores)
/// and one capped live stream. Names are relative to the shard. The set of operations is closed: each log implements all.
/// </summary>
public abstract record StateOp
{
    private protected StateOp()
    {
    }

    /// <summary>Both logs take increments back when one of them is refused; that is only right when nothing else came before.</summary>
    internal static void RequireIncrementsFirst(IReadOnlyList<StateOp> ops)
    {
        var others = false;
        foreach (var op in ops)
        {
            if (op is not IncrementFields)
            {
                others = true;
            }
            else if (others)
            {
                throw new ArgumentException("Increments must come before all other operations.", nameof(ops));
            }
        }
    }
}

/// <summary>Adds to whole-number fields; missing ones count as 0.</summary>
/// <param name="Document">The document; made when missing.</param>
/// <param name="Fields">Field and what is added.</param>
public sealed record IncrementFields(string Document, IReadOnlyList<KeyValuePair<string, long>> Fields) : StateOp;

/// <summary>Sets fields, leaving the others.</summary>
/// <param name="Document">The document; made when missing.</param>
/// <param name="Fields">Field and value.</param>
public sealed record SetFields(string Document, IReadOnlyList<KeyValuePair<string, string>> Fields) : StateOp;

/// <summary>Removes fields.</summary>
/// <param name="Document">The document.</param>
/// <param name="Fields">The fields; missing ones are passed over.</param>
public sealed record RemoveFields(string Document, IReadOnlyList<string> Fields) : StateOp;

/// <summary>Deletes a document.</summary>
/// <param name="Document">The document.</param>
public sealed record DeleteDocument(string Document) : StateOp;

/// <summary>
/// Puts a tombstone in a document's place, as a reset does: one field, <see cref="StateReset.TombstoneField"/>. Nobody is
/// told of it as a change.
/// </summary>
/// <param name="Document">The document.</param>
/// <param name="Seconds">How long the tombstone stays; above 0.</param>
public sealed record ClearDocument(string Document, int Seconds) : StateOp;

/// <summary>Lets a document vanish after a time without renewal.</summary>
/// <param name="Document">The document.</param>
/// <param name="Seconds">From now; above 0.</param>
public sealed record ExpireDocument(string Document, int Seconds) : StateOp;

/// <summary>Puts a member into an index, or moves it.</summary>
/// <param name="Index">The index.</param>
/// <param name="Member">The member.</param>
/// <param name="Score">Its place; below 2^53.</param>
public sealed record AddToIndex(string Index, string Member, long Score) : StateOp;

/// <summary>Takes a member out of an index.</summary>
/// <param name="Index">The index.</param>
/// <param name="Member">The member.</param>
public sealed record RemoveFromIndex(string Index, string Member) : StateOp;

/// <summary>Keeps the members with the highest scores; the others go, and with each its document.</summary>
/// <param name="Index">The index.</param>
/// <param name="Keep">Most members that stay.</param>
/// <param name="DocumentPrefix">A member's document is this and the member.</param>
public sealed record TrimIndex(string Index, int Keep, string DocumentPrefix) : StateOp;

/// <summary>Drops members below a score, and with each its document.</summary>
/// <param name="Index">The index.</param>
/// <param name="MinScore">Lowest score that stays.</param>
/// <param name="DocumentPrefix">A member's document is this and the member.</param>
public sealed record TrimIndexBelow(string Index, long MinScore, string DocumentPrefix) : StateOp;

/// <summary>Appends to the shard's live stream, which keeps about the newest 10,000 items.</summary>
/// <param name="Payload">The item.</param>
public sealed record AppendLive(string Payload) : StateOp;
