namespace CoreNode.Raft;

/// <summary>What the core produced since the last Ready and that waits to be taken.</summary>
internal sealed class Outbox
{
    /// <summary>Messages that depend on nothing that still has to become durable.</summary>
    public List<RaftMessage> Now { get; set; } = [];

    /// <summary>Messages that promise something: only once term, vote and entries so far are durable.</summary>
    public List<RaftMessage> AfterPersist { get; set; } = [];

    /// <summary>Confirmed reads of this member.</summary>
    public List<ReadState> Reads { get; set; } = [];

    /// <summary>True when there is nothing to hand out.</summary>
    public bool IsEmpty => Now.Count == 0 && AfterPersist.Count == 0 && Reads.Count == 0;
}
