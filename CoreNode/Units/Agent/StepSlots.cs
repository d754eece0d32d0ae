namespace CoreNode.Units.Agent;

/// <summary>
/// How many steps of a kind are done at once. One that takes long no longer counts, so that no number of hanging units
/// holds up another. Pure; owned by <see cref="AgentCore"/>.
/// </summary>
internal sealed class StepSlots(int limit)
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(1);

    private readonly List<AgentStep> _begun = [];
    private readonly Queue<string> _waiting = new();
    private readonly HashSet<string> _isWaiting = [];

    /// <summary>True if one more may be begun; else the unit is told by <see cref="Free"/>.</summary>
    public bool TryTake(string unit)
    {
        if (_begun.Count < limit)
            return true;
        if (_isWaiting.Add(unit))
            _waiting.Enqueue(unit);
        return false;
    }

    /// <summary>It was begun.</summary>
    public void Begin(AgentStep step) => _begun.Add(step);

    /// <summary>It has ended.</summary>
    public void End(AgentStep step) => _begun.Remove(step);

    /// <summary>Units whose turn it is, into <paramref name="turns"/>.</summary>
    public void Free(TimeSpan now, SortedSet<string> turns)
    {
        _begun.RemoveAll(step => now >= step.Begun + s_long);
        for (int free = limit - _begun.Count; free > 0 && _waiting.TryDequeue(out string? unit); free--)
        {
            _isWaiting.Remove(unit);
            turns.Add(unit);
        }
    }

    /// <summary>When one no longer counts that others wait for.</summary>
    public TimeSpan? WakeAt => _waiting.Count > 0 && _begun.Count > 0 ? _begun[0].Begun + s_long : null;
}
