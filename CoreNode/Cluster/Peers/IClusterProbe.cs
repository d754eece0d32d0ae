namespace CoreNode.Cluster.Peers;

/// <summary>Asks running members, before this one has an identity.</summary>
public interface IClusterProbe
{
    /// <summary>Asks one member; null if it does not answer in time.</summary>
    /// <param name="peerUrl">A peer URL.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    Task<ClusterDescription?> DescribeAsync(string peerUrl, CancellationToken cancellation);
}
