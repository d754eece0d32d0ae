namespace CoreNode.Reboots.Service;

/// <summary>How the service works.</summary>
public sealed record RebootServiceOptions
{
    /// <summary>Where its file is; made if it is absent.</summary>
    public required string Folder { get; init; }

    /// <summary>The boot of the machine.</summary>
    public required string BootId { get; init; }

    /// <summary>64 bits of chance.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Between two looks at what wants a restart, and at the settings.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Between two tries of writing the state.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(10);
}
