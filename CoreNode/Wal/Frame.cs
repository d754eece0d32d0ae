using CoreNode.Foundation;

namespace CoreNode.Wal;

/// <summary>What a frame holds; written in this order (docs/formats.md, "WAL frame").</summary>
[Flags]
internal enum FrameParts : byte
{
    /// <summary>Nothing but the durable mark.</summary>
    None = 0,

    /// <summary>Entries.</summary>
    Entries = 1,

    /// <summary>The commit index.</summary>
    Commit = 2,

    /// <summary>Term and vote.</summary>
    Vote = 4,

    /// <summary>The log forgets its entries and goes on after a snapshot.</summary>
    StartAfter = 8,

    /// <summary>The segment is full and the next one exists.</summary>
    Closing = 16,

    /// <summary>All that this version knows.</summary>
    All = Entries | Commit | Vote | StartAfter | Closing,
}

/// <summary>
/// The unit that is written and read whole: a length, a checksum over identity, sequence, offset, length and body, and
/// the body. The durable offset says up to where the segment was known to be on disk when the frame was written: what
/// lies before it can be damaged, but not torn.
/// </summary>
internal struct Frame
{
    /// <summary>Length and checksum.</summary>
    public const int PrefixLength = 8;

    public FrameParts Parts;
    public long DurableOffset;
    public Term Term;
    public NodeId Vote;
    public LogIndex Commit;
    public LogIndex StartAfter;
    public LogIndex FirstIndex;
    public int Count;
}
