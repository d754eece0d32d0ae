namespace CoreNode.Raft;

/// <summary>What a log entry means. The numbers are stored and sent: never reuse one.</summary>
public enum EntryKind : byte
{
    /// <summary>A command for the state machine; the core never looks into it.</summary>
    Command = 0,

    /// <summary>A new leader's first entry, which lets it commit its predecessors' entries (Raft §5.4.2, §8).</summary>
    Empty = 1,

    /// <summary>An encoded <see cref="Raft.Configuration"/>, in force from the moment it is in the log (§6).</summary>
    Configuration = 2,
}
