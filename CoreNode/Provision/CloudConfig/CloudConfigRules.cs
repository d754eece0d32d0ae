using CoreNode.Provision.Model;

namespace CoreNode.Provision.CloudConfig;

/// <summary>What a reader of cloud-config must be told.</summary>
public sealed record CloudConfigRules
{
    /// <summary>The node's options.</summary>
    public NodeOptionRules Options { get; init; } = NodeOptionRules.None;

    /// <summary>Whose keys the ssh_authorized_keys outside of users are.</summary>
    public string SshKeyName { get; init; } = "core";

    /// <summary>It comes from the maker of the machine or image (OEM).</summary>
    public bool IsOem { get; init; }

    /// <summary>Where coreos_ssh_import_github asks: NAME.keys below it.</summary>
    public Uri GitHub { get; init; } = new("https://github.com/");

    /// <summary>Options that earlier inputs set: what is checked is how all fit together.</summary>
    public IReadOnlyList<DesiredOption> Earlier { get; init; } = [];

    /// <summary>Most bytes that the content of a file may expand to.</summary>
    public int MostFileBytes { get; init; } = 16 << 20;

    /// <summary>Most bytes of the content of all files.</summary>
    public int MostBytes { get; init; } = 64 << 20;
}
