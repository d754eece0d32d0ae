namespace CoreNode.Cluster.Peers;

/// <summary>What a <see cref="StateReport"/> is. The numbers are sent: never reuse one.</summary>
public enum StateReportKind : byte
{
    /// <summary>The leader asks: what is your hash at this index?</summary>
    Question = 1,

    /// <summary>A member's own hash.</summary>
    Answer = 2,

    /// <summary>What most members hold: who differs stops serving.</summary>
    Verdict = 3,
}
