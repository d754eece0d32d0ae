using System.Collections.Concurrent;

namespace CoreNode.Tests.Faults.Clusters;

/// <summary>
/// What clients last saw of each key, shared so that conditions hold often enough to be worth something. Right or
/// wrong does not matter: it only chooses what is asked. Any thread.
/// </summary>
internal sealed class RegisterKnowledge
{
    private readonly ConcurrentDictionary<string, (string Value, ulong Index)> _seen = new();
    private int _acknowledged;

    /// <summary>Writes that were acknowledged so far.</summary>
    public int AcknowledgedCount => Volatile.Read(ref _acknowledged);

    /// <summary>Takes note of an acknowledged write or of what was read; null if the key is gone.</summary>
    public void See(string key, string? value, ulong index)
    {
        if (value is null)
            _seen.TryRemove(key, out _);
        else
            _seen[key] = (value, index);
    }

    /// <summary>A write was acknowledged.</summary>
    public void CountAcknowledged() => Interlocked.Increment(ref _acknowledged);

    /// <summary>What was seen last, if anything.</summary>
    public (string Value, ulong Index)? Of(string key) =>
        _seen.TryGetValue(key, out (string, ulong) seen) ? seen : null;
}
