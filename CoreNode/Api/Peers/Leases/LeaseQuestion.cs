using CoreNode.Store;

namespace CoreNode.Api.Peers.Leases;

/// <summary>What a machine asks a member in the service "lease".</summary>
/// <param name="Renewal">Who asks.</param>
/// <param name="IsRelease">True: the lease is given back.</param>
internal sealed record LeaseQuestion(LeaseRenewal Renewal, bool IsRelease);
