namespace CoreNode.Tests.Histories;

/// <summary>
/// Collects a history while clients run: an operation is begun before it is sent and ended when its answer is there.
/// What is never ended stays unknown. Any thread.
/// </summary>
internal sealed class HistoryRecorder
{
    private readonly Lock _gate = new();
    private readonly List<HistoryOperation> _operations = [];

    /// <summary>How many operations were begun.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _operations.Count;
        }
    }

    /// <summary>Notes an operation that is about to be sent; returns its number.</summary>
    public int Begin(HistoryOperation operation)
    {
        lock (_gate)
        {
            _operations.Add(operation with { Result = HistoryResult.Unknown, ReturnedAt = long.MaxValue });
            return _operations.Count - 1;
        }
    }

    /// <summary>Notes the answer.</summary>
    /// <param name="number">What <see cref="Begin"/> gave.</param>
    /// <param name="at">When it was there.</param>
    /// <param name="result">What it said.</param>
    /// <param name="seenValue">The value that a get saw.</param>
    /// <param name="modifiedIndex">The index in a successful answer; 0 if it says none.</param>
    public void End(int number, long at, HistoryResult result, string? seenValue = null, ulong modifiedIndex = 0)
    {
        lock (_gate)
        {
            _operations[number] = _operations[number] with
            {
                Result = result,
                ReturnedAt = result == HistoryResult.Unknown ? long.MaxValue : at,
                SeenValue = seenValue,
                ModifiedIndex = modifiedIndex,
            };
        }
    }

    /// <summary>Everything so far.</summary>
    public IReadOnlyList<HistoryOperation> ToList()
    {
        lock (_gate)
            return [.. _operations];
    }
}
