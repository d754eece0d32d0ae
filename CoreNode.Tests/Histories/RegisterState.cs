namespace CoreNode.Tests.Histories;

/// <summary>
/// One key between two operations. The index is that of its last change; after a change whose answer nobody got it is
/// only known to be higher than <paramref name="Index"/>.
/// </summary>
/// <param name="Value">The value; nothing if the key does not exist.</param>
/// <param name="Index">Index of the last change, or a lower bound of it.</param>
/// <param name="IsExact">False if the index is only a bound.</param>
internal readonly record struct RegisterState(string? Value, ulong Index, bool IsExact)
{
    /// <summary>Before anything happened: no key, and nothing known of its past.</summary>
    public static readonly RegisterState Initial = new(null, 0, false);

    /// <summary>What an operation makes of the key; nothing if its answer cannot be so in this state.</summary>
    public RegisterState? Step(HistoryOperation operation)
    {
        switch (operation.Result)
        {
            case HistoryResult.Ok:
                return operation.Kind == HistoryKind.Get ? Read(operation) : Write(operation);
            case HistoryResult.KeyNotFound:
                return Value is null && operation.Kind is not (HistoryKind.Set or HistoryKind.Create) ? this : null;
            case HistoryResult.KeyExists:
                return Value is not null && operation.Kind == HistoryKind.Create ? this : null;
            case HistoryResult.CompareFailed:
                bool mayDiffer = (operation.PreviousValue is { } value && value != Value)
                    || (operation.PreviousIndex != 0 && !(IsExact && Index == operation.PreviousIndex));
                return Value is not null && mayDiffer ? this : null;
            case HistoryResult.Unknown:
                return Meets(operation) ? Unseen(operation) : null;
            default:
                throw new ArgumentException($"{operation} never happened");
        }
    }

    private RegisterState? Read(HistoryOperation get)
    {
        if (Value is null || get.SeenValue != Value)
            return null;
        if (get.ModifiedIndex == 0)
            return this;
        return MayBeAt(get.ModifiedIndex) ? new RegisterState(Value, get.ModifiedIndex, true) : null;
    }

    private RegisterState? Write(HistoryOperation write)
    {
        if (!Meets(write))
            return null;
        if (write.ModifiedIndex == 0)
            return Unseen(write);
        ulong before = Math.Max(Index, write.PreviousIndex);
        return write.ModifiedIndex > before ? new RegisterState(write.Value, write.ModifiedIndex, true) : null;
    }

    private bool Meets(HistoryOperation write)
    {
        bool isConditionMet = (write.PreviousValue is null || write.PreviousValue == Value)
            && (write.PreviousIndex == 0 || MayBeAt(write.PreviousIndex));
        return write.Kind switch
        {
            HistoryKind.Set => true,
            HistoryKind.Create => Value is null,
            HistoryKind.Update or HistoryKind.Delete => Value is not null,
            HistoryKind.CompareAndSwap or HistoryKind.CompareAndDelete => Value is not null && isConditionMet,
            _ => false,
        };
    }

    private RegisterState Unseen(HistoryOperation write) =>
        new(write.Value, Math.Max(Index, write.PreviousIndex), false);

    private bool MayBeAt(ulong index) => IsExact ? Index == index : index > Index;
}
