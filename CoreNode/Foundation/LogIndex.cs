namespace CoreNode.Foundation;

/// <summary>Position of an entry in the replicated log, from 1; 0 means "before the first entry" (Raft §5.3).</summary>
public readonly record struct LogIndex(ulong Value) : IComparable<LogIndex>
{
    /// <summary>The position before the first entry.</summary>
    public static readonly LogIndex Zero;

    /// <summary>The position right after this one.</summary>
    public LogIndex Next => new(Value + 1);

    /// <summary>The position right before this one; invalid on <see cref="Zero"/>.</summary>
    public LogIndex Previous => new(Value - 1);

    /// <inheritdoc/>
    public int CompareTo(LogIndex other) => Value.CompareTo(other.Value);

    /// <summary>The later of two positions.</summary>
    public static LogIndex Max(LogIndex a, LogIndex b) => a >= b ? a : b;

    /// <summary>The earlier of two positions.</summary>
    public static LogIndex Min(LogIndex a, LogIndex b) => a <= b ? a : b;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public static LogIndex operator +(LogIndex index, ulong count) => new(index.Value + count);

    public static LogIndex operator -(LogIndex index, ulong count) => new(index.Value - count);

    public static ulong operator -(LogIndex a, LogIndex b) => a.Value - b.Value;

    public static bool operator <(LogIndex a, LogIndex b) => a.Value < b.Value;

    public static bool operator >(LogIndex a, LogIndex b) => a.Value > b.Value;

    public static bool operator <=(LogIndex a, LogIndex b) => a.Value <= b.Value;

    public static bool operator >=(LogIndex a, LogIndex b) => a.Value >= b.Value;
}
