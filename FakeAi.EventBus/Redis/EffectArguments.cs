using FakeAi.EventBus.Streams;
using StackExchange.Redis;

namespace FakeAi.EventBus.Redis;

/// <summary>Writes a batch's effect as the arguments of <see cref="ApplyScript"/>.</summary>
internal static class EffectArguments
{
    private const int ReasonLength = 512;

    public static RedisValue[] From(BatchEffect effect, string owner, int leaseMs, string statePrefix)
    {
        StateOp.RequireIncrementsFirst(effect.Ops);
        var args = new List<RedisValue>(256 + effect.Entries.Count + effect.Ops.Count * 8)
        {
            owner, leaseMs, effect.Expected, RedisKeys.Group, statePrefix, effect.Entries.Count,
        };
        foreach (var entry in effect.Entries)
        {
            args.Add(entry);
        }

        args.Add(effect.Dead.Count);
        foreach (var (entry, reason) in effect.Dead)
        {
            args.Add(entry.Id);
            args.Add(entry.Payload);
            args.Add(reason.Length <= ReasonLength ? reason : reason[..ReasonLength]);
        }

        foreach (var op in effect.Ops)
        {
            Add(args, op);
        }

        return [.. args];
    }

    private static void Add(List<RedisValue> args, StateOp op)
    {
        switch (op)
        {
            case IncrementFields o:
                args.AddRange("I", o.Document, o.Fields.Count);
                foreach (var (field, by) in o.Fields)
                {
                    args.Add(field);
                    args.Add(by);
                }

                break;
            case SetFields o:
                args.AddRange("S", o.Document, o.Fields.Count);
                foreach (var (field, value) in o.Fields)
                {
                    args.Add(field);
                    args.Add(value);
                }

                break;
            case RemoveFields o:
                args.AddRange("U", o.Document, o.Fields.Count);
                foreach (var field in o.Fields)
                {
                    args.Add(field);
                }

                break;
            case DeleteDocument o:
                args.AddRange("D", o.Document);
                break;
            case ClearDocument o:
                args.AddRange("C", o.Document, o.Seconds);
                break;
            case ExpireDocument o:
                args.AddRange("E", o.Document, o.Seconds);
                break;
            case AddToIndex o:
                args.AddRange("A", o.Index, o.Member, o.Score);
                break;
            case RemoveFromIndex o:
                args.AddRange("R", o.Index, o.Member);
                break;
            case TrimIndex o:
                args.AddRange("T", o.Index, o.Keep, o.DocumentPrefix);
                break;
            case TrimIndexBelow o:
                args.AddRange("B", o.Index, o.MinScore, o.DocumentPrefix);
                break;
            case AppendLive o:
                args.AddRange("L", o.Payload);
                break;
            default:
                throw new ArgumentException($"Operation {op.GetType().Name} is not known here.", nameof(op));
        }
    }
}
