using CoreNode.Store;

namespace CoreNode.Hosting.Wiring;

/// <summary>What the units module is given by the kind of node that it runs on.</summary>
/// <param name="Store">The store.</param>
/// <param name="Lease">How this machine shows that it is there.</param>
/// <param name="Leadership">Whether this process decides for all machines; null where it never does.</param>
/// <param name="PeerUrls">Where other nodes ask this machine about its units.</param>
internal sealed record UnitsPlace(
    IKvClient Store, IMachineLease Lease, ILeadership? Leadership, IReadOnlyList<string> PeerUrls);
