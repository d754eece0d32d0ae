namespace CoreNode.Updates.Omaha;

/// <summary>What a machine says and asks about one application. An attribute that is null is absent.</summary>
public sealed record OmahaApp
{
    /// <summary>Identity of the application, with or without braces (see <see cref="AppId"/>).</summary>
    public string Id { get; init; } = "";

    /// <summary>The version that runs.</summary>
    public string? Version { get; init; }

    /// <summary>The version that it is about to be.</summary>
    public string? NextVersion { get; init; }

    /// <summary>Its group: name of a channel or identity of a group.</summary>
    public string? Track { get; init; }

    /// <summary>The group that it comes from (old clients).</summary>
    public string? FromTrack { get; init; }

    /// <summary>The kernel's boot id, in braces.</summary>
    public string? BootId { get; init; }

    /// <summary>Where it runs: "ami".</summary>
    public string? Oem { get; init; }

    /// <summary>Version of what belongs to that.</summary>
    public string? OemVersion { get; init; }

    /// <summary>The first version that was ever installed on the machine.</summary>
    public string? AlephVersion { get; init; }

    /// <summary>Content of /etc/machine-id, without braces.</summary>
    public string? MachineId { get; init; }

    /// <summary>A name for people (Flatcar).</summary>
    public string? MachineAlias { get; init; }

    /// <summary>"en-US".</summary>
    public string? Language { get; init; }

    /// <summary>The kind of image: "amd64-usr".</summary>
    public string? Board { get; init; }

    /// <summary>Empty in all known clients.</summary>
    public string? HardwareClass { get; init; }

    /// <summary>It takes a payload that needs the old version, too; null if it does not say.</summary>
    public bool? DeltaOkay { get; init; }

    /// <summary>It takes several manifests, steps on the way, in one response.</summary>
    public bool MultiManifestOkay { get; init; }

    /// <summary>Name of the client (generic Omaha).</summary>
    public string? Client { get; init; }

    /// <summary>Days since it was installed (generic Omaha).</summary>
    public string? InstallAge { get; init; }

    /// <summary>It is alive.</summary>
    public OmahaPing? Ping { get; init; }

    /// <summary>It asks for an update.</summary>
    public OmahaUpdateCheck? UpdateCheck { get; init; }

    /// <summary>What happened, in order.</summary>
    public IReadOnlyList<OmahaEvent> Events { get; init; } = [];
}
