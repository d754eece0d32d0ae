using CoreNode.Cluster.Peers;
using CoreNode.Proxy;

namespace CoreNode.Hosting;

/// <summary>What a member tells at its peer URL, as a worker needs it.</summary>
internal sealed class PeerDescriptions(IClusterProbe probe)
{
    /// <summary>The members; null if nobody answers there.</summary>
    public async Task<MemberList?> DescribeAsync(string peerUrl, CancellationToken cancellation)
    {
        ClusterDescription? told = await probe.DescribeAsync(peerUrl, cancellation);
        return told is null ? null : new MemberList(told.ClusterId, told.Members);
    }
}
