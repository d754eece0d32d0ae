namespace CoreNode.Updates.Omaha;

/// <summary>What a machine tells an update server of itself with each request.</summary>
public sealed record UpdateMachine
{
    /// <summary>Name and version of this client: "corenode-1.2.3".</summary>
    public required string Client { get; init; }

    /// <summary>Identity of what is updated.</summary>
    public string App { get; init; } = AppId.CoreOs;

    /// <summary>The version that runs.</summary>
    public required string Version { get; init; }

    /// <summary>The group (GROUP=).</summary>
    public required string Group { get; init; }

    /// <summary>Content of /etc/machine-id.</summary>
    public required string MachineId { get; init; }

    /// <summary>The kernel's boot id; braces are added.</summary>
    public required string BootId { get; init; }

    /// <summary>A name for people; empty for none (MACHINE_ALIAS=).</summary>
    public string Alias { get; init; } = "";

    /// <summary>The kind of image.</summary>
    public string Board { get; init; } = "";

    /// <summary>What the machine runs on (ID= of oem-release).</summary>
    public string Oem { get; init; } = "";

    /// <summary>Its version (VERSION_ID= of oem-release).</summary>
    public string OemVersion { get; init; } = "";

    /// <summary>The first version that was ever installed; empty if unknown.</summary>
    public string AlephVersion { get; init; } = "";

    /// <summary>Machine type of the kernel: "x86_64".</summary>
    public string Architecture { get; init; } = "x86_64";

    /// <summary>"CoreOS": what servers made for it expect.</summary>
    public string Platform { get; init; } = "CoreOS";

    /// <summary>Payloads that need the old version are taken, too.</summary>
    public bool DeltaOkay { get; init; }
}
