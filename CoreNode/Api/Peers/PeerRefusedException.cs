using CoreNode.Cluster.Peers;

namespace CoreNode.Api.Peers;

/// <summary>The member that was dialled refuses this one. Never leaves the transport.</summary>
internal sealed class PeerRefusedException(PeerRefusal refusal) : Exception(refusal.Message)
{
    /// <summary>Its answer.</summary>
    public PeerRefusal Refusal { get; } = refusal;
}
