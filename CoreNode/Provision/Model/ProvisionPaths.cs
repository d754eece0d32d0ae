namespace CoreNode.Provision.Model;

/// <summary>Paths inside the root that several parts of provisioning know.</summary>
public static class ProvisionPaths
{
    /// <summary>
    /// What is known of this boot only. Not below /run/corenode, which systemd removes with the service, and which is
    /// not root's alone.
    /// </summary>
    public const string RunFolder = "/run/corenode-provision";

    /// <summary>Marks of the work that was done since this boot, one a line.</summary>
    public const string Done = RunFolder + "/done";

    /// <summary>There while unit files were changed and systemd was not told yet.</summary>
    public const string ReloadPending = RunFolder + "/reload-pending";

    /// <summary>There while network units were changed and systemd-networkd was not restarted yet.</summary>
    public const string NetworkPending = RunFolder + "/network-pending";

    /// <summary>The node's options.</summary>
    public const string NodeOptions = "/etc/corenode/corenode.yaml";
}
