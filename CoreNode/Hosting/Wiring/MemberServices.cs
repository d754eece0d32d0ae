using CoreNode.Api.Peers.Leases;
using CoreNode.Api.Peers.Requests;
using CoreNode.Api.Peers.Store;
using CoreNode.Cluster.Leading;
using CoreNode.RebootLock.Model;
using CoreNode.Store;
using CoreNode.Units.Registry;
using CoreNode.Units.Watching;
using CoreNode.Updates.Sharing;

namespace CoreNode.Hosting.Wiring;

/// <summary>
/// What a member answers machines that run units: their leases, and the store for those that are no members. Made
/// before the peer listener, and bound once there is what they serve.
/// </summary>
/// <param name="overlayPrefix">Where overlay networks stand in the store.</param>
internal sealed class MemberServices(string overlayPrefix)
{
    private readonly LeaseService _leases = new();
    private readonly StoreService _store = new();
    private readonly StoreWatchService _watches = new();

    /// <summary>By name.</summary>
    public (string Name, INodeService Service)[] All =>
        [(LeaseService.Name, _leases), (StoreService.Name, _store), (StoreWatchService.Name, _watches)];

    /// <summary>From now on they are served.</summary>
    public void Bind(LeaderLeases leases, IKvClient store)
    {
        _leases.Bind(leases);
        BindStore(store);
    }

    /// <summary>From now on the store is served.</summary>
    public void BindStore(IKvClient store)
    {
        StoreAccess access = new(
            RegistryKeys.DefaultPrefix, new AnnouncedKeys(store, RegistryKeys.Default).ContainsAsync)
        {
            Further = [KeeperKeys.Prefix, LockKeys.Locksmith, LockKeys.Own, overlayPrefix],
        };
        _store.Bind(store, access);
        _watches.Bind(store, access);
    }
}
