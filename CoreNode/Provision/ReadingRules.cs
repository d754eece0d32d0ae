using CoreNode.Provision.Model;

namespace CoreNode.Provision;

/// <summary>How user data is read.</summary>
public sealed record ReadingRules
{
    /// <summary>The node's options.</summary>
    public NodeOptionRules Options { get; init; } = NodeOptionRules.None;

    /// <summary>Who gets the keys that are nobody's.</summary>
    public string SshKeyName { get; init; } = "core";

    /// <summary>Addresses of the machine, for those that its sources do not tell.</summary>
    public MachineAddresses Fallback { get; init; } = new();

    /// <summary>
    /// When Ignition was applied, where that is to be done once: it is left out then. Null: it is taken.
    /// </summary>
    public DateTimeOffset? IgnitionAt { get; init; }
}
