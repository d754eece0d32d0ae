namespace CoreNode.Provision.CloudConfig;

/// <summary>Services of CoreOS that are corenode.service now.</summary>
internal enum OldService
{
    /// <summary>etcd.service and etcd2.service.</summary>
    Etcd,

    /// <summary>fleet.service and fleet.socket.</summary>
    Fleet,

    /// <summary>locksmithd.service.</summary>
    Locksmith,

    /// <summary>update-engine.service.</summary>
    UpdateEngine,

    /// <summary>flanneld.service and flanneld.socket.</summary>
    Flannel,
}
