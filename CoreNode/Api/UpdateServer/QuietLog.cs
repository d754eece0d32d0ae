namespace CoreNode.Api.UpdateServer;

/// <summary>
/// Lets each kind of line through at most once in ten seconds, and counts the others: whoever sends rubbish must not
/// fill the journal. Any thread.
/// </summary>
internal sealed class QuietLog(TimeProvider time)
{
    private const int Kinds = 16;

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new(); // the arrays
    private readonly long[] _saidAt = new long[Kinds];
    private readonly bool[] _hasSaid = new bool[Kinds];
    private readonly long[] _unsaid = new long[Kinds];

    /// <summary>True if a line of that kind may be written; then also how many were not since the last one.</summary>
    public bool MaySay(int kind, out long unsaid)
    {
        long now = time.GetTimestamp();
        lock (_gate)
        {
            if (_hasSaid[kind] && time.GetElapsedTime(_saidAt[kind], now) < s_interval)
            {
                _unsaid[kind]++;
                unsaid = 0;
                return false;
            }

            unsaid = _unsaid[kind];
            (_hasSaid[kind], _saidAt[kind], _unsaid[kind]) = (true, now, 0);
            return true;
        }
    }
}
