namespace CoreNode.Updates.Omaha;

/// <summary>The system of a machine that asks.</summary>
public sealed record OmahaOs
{
    /// <summary>Name of its version: "Chateau".</summary>
    public string? Version { get; init; }

    /// <summary>"CoreOS".</summary>
    public string? Platform { get; init; }

    /// <summary>Version and machine type: "1122.2.0_x86_64".</summary>
    public string? ServicePack { get; init; }

    /// <summary>Machine type, in generic Omaha.</summary>
    public string? Architecture { get; init; }
}
