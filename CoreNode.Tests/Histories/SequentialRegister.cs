using CoreNode.Foundation;

namespace CoreNode.Tests.Histories;

/// <summary>
/// A key that really does one operation at a time, and clients whose requests overlap: the source of histories that
/// are right by construction. Some answers get lost, some requests too.
/// </summary>
internal sealed class SequentialRegister(Prng chance, bool hasIndexes)
{
    private const int Values = 4;

    private readonly Dictionary<string, (string? Value, ulong Index)> _keys = [];
    private ulong _index = 3;

    /// <summary>A history of that many operations by that many clients.</summary>
    public List<HistoryOperation> Run(int operations, int clients, int keys, double lost)
    {
        List<HistoryOperation> history = [];
        long[] freeAt = new long[clients];
        for (long now = 10; history.Count < operations; now += 1 + chance.Next(10))
        {
            // The operation takes effect now; it was sent some time before, and its answer comes some time later.
            int client = chance.Next(clients);
            if (freeAt[client] >= now)
                continue;
            long invoked = Math.Max(freeAt[client] + 1, now - chance.Next(40));
            HistoryOperation asked = Ask(client, $"k{chance.Next(keys)}", invoked);
            bool isLost = chance.Chance(lost);
            HistoryOperation answered = isLost && chance.Chance(0.5) ? asked : Do(asked);
            long returned = now + chance.Next(40);
            history.Add(isLost ? asked : answered with { ReturnedAt = returned });
            freeAt[client] = returned;
        }

        return history;
    }

    private HistoryOperation Ask(int client, string key, long invokedAt)
    {
        HistoryKind kind = (HistoryKind)chance.Next(7);
        bool isConditional = kind is HistoryKind.CompareAndSwap or HistoryKind.CompareAndDelete;
        bool isByIndex = isConditional && hasIndexes && chance.Chance(0.5);
        ulong known = _keys.TryGetValue(key, out (string? Value, ulong Index) now) ? now.Index : 1;
        return new HistoryOperation
        {
            Client = client,
            Key = key,
            Kind = kind,
            Value = kind is HistoryKind.Get or HistoryKind.Delete or HistoryKind.CompareAndDelete
                ? null
                : $"v{chance.Next(Values)}",
            PreviousValue = isConditional && !isByIndex ? $"v{chance.Next(Values)}" : null,
            PreviousIndex = isByIndex ? Math.Max(1, known - (ulong)chance.Next(2)) : 0,
            InvokedAt = invokedAt,
            ReturnedAt = long.MaxValue,
            Result = HistoryResult.Unknown,
        };
    }

    private HistoryOperation Do(HistoryOperation asked)
    {
        (string? value, ulong index) = _keys.GetValueOrDefault(asked.Key);
        bool isDifferent = (asked.PreviousValue is not null && asked.PreviousValue != value)
            || (asked.PreviousIndex != 0 && asked.PreviousIndex != index);
        HistoryResult result = asked.Kind switch
        {
            HistoryKind.Set => HistoryResult.Ok,
            HistoryKind.Create => value is null ? HistoryResult.Ok : HistoryResult.KeyExists,
            _ when value is null => HistoryResult.KeyNotFound,
            _ when isDifferent => HistoryResult.CompareFailed,
            _ => HistoryResult.Ok,
        };
        if (result != HistoryResult.Ok)
            return asked with { Result = result };
        if (asked.Kind == HistoryKind.Get)
            return asked with { Result = result, SeenValue = value, ModifiedIndex = hasIndexes ? index : 0 };
        _keys[asked.Key] = (asked.Value, ++_index);
        return asked with { Result = result, ModifiedIndex = hasIndexes ? _index : 0 };
    }
}
