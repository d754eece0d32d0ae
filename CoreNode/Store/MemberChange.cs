using CoreNode.Foundation;

namespace CoreNode.Store;

/// <summary>A change of who is in the cluster, as a client asks for it.</summary>
public sealed record MemberChange
{
    /// <summary>What to do.</summary>
    public required MemberOperation Operation { get; init; }

    /// <summary>To whom; nobody for <see cref="MemberOperation.Add"/>, whose identity the leader makes.</summary>
    public NodeId Node { get; init; }

    /// <summary>Add, Update: where members reach it.</summary>
    public IReadOnlyList<string> PeerUrls { get; init; } = [];

    /// <summary>Do it even if the quorum after the change does not answer now.</summary>
    public bool IsForced { get; init; }
}
