using System.Globalization;

namespace CoreNode.Tests.Simulation;

/// <summary>
/// What happened in a simulation: always as a hash, so that two runs can be compared, and the last lines as text if
/// somebody wants to read them (a failed seed is run again for that).
/// </summary>
internal sealed class SimulationTrace
{
    private readonly Queue<string> _lines = new();

    /// <summary>How many lines of text are kept; none to save the time for them.</summary>
    public int KeptLines { get; set; }

    /// <summary>True if text is kept.</summary>
    public bool IsVerbose => KeptLines > 0;

    /// <summary>The time of what is noted, in nanoseconds.</summary>
    public long Now { get; set; }

    /// <summary>Of everything noted so far; equal for equal runs.</summary>
    public ulong Hash { get; private set; } = 14695981039346656037UL;

    /// <summary>The last lines, oldest first.</summary>
    public IEnumerable<string> Lines => _lines;

    /// <summary>Notes something that happened, as numbers.</summary>
    public void Note(int kind, ulong a, ulong b = 0, ulong c = 0)
    {
        unchecked
        {
            Hash = (Hash ^ (ulong)Now) * 1099511628211UL;
            Hash = (Hash ^ (ulong)kind) * 1099511628211UL;
            Hash = (Hash ^ a) * 1099511628211UL;
            Hash = (Hash ^ b) * 1099511628211UL;
            Hash = (Hash ^ c) * 1099511628211UL;
        }
    }

    /// <summary>Notes a line of text; make it only if <see cref="IsVerbose"/>.</summary>
    public void Write(string line)
    {
        if (_lines.Count == KeptLines)
            _lines.Dequeue();
        _lines.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{Now / 1e9,10:F6} {line}"));
    }
}
