namespace CoreNode.Runner.Logs;

/// <summary>Wakes whoever follows a unit's journal. Any thread; <see cref="_gate"/> guards the table.</summary>
internal sealed class JournalSignals
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TaskCompletionSource> _waiting = new(StringComparer.Ordinal);

    /// <summary>Ends once something was written after this call.</summary>
    public Task NextAsync(string unit)
    {
        lock (_gate)
        {
            if (!_waiting.TryGetValue(unit, out TaskCompletionSource? source))
            {
                source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Add(unit, source);
            }

            return source.Task;
        }
    }

    /// <summary>Something was written.</summary>
    public void Tell(string unit)
    {
        TaskCompletionSource? source;
        lock (_gate)
            _waiting.Remove(unit, out source);
        source?.SetResult();
    }
}
