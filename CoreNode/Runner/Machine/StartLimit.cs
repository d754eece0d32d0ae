namespace CoreNode.Runner.Machine;

/// <summary>At most so many starts within an interval (systemd.unit(5), StartLimitIntervalSec=). Pure.</summary>
internal sealed class StartLimit
{
    /// <summary>When the interval began; null before the first start.</summary>
    public TimeSpan? Begin { get; set; }

    /// <summary>Starts since then.</summary>
    public int Count { get; set; }

    /// <summary>Counts a start; false if it is one too many.</summary>
    public bool TryStart(TimeSpan now, TimeSpan interval, int burst)
    {
        if (interval <= TimeSpan.Zero || burst <= 0)
            return true;
        if (Begin is not { } begin || now - begin >= interval)
        {
            Begin = now;
            Count = 1;
            return true;
        }

        // Counted also when it is refused, as systemd does.
        Count = Count == int.MaxValue ? Count : Count + 1;
        return Count <= burst;
    }
}
