namespace CoreNode.Runner.Settings;

/// <summary>What specifiers need to know of the machine and of this program's user.</summary>
internal sealed record HostFacts
{
    /// <summary>32 hex digits.</summary>
    public string MachineId { get; init; } = "";

    /// <summary>32 hex digits.</summary>
    public string BootId { get; init; } = "";

    /// <summary>Name of the machine.</summary>
    public string HostName { get; init; } = "";

    /// <summary>Release of the kernel.</summary>
    public string KernelRelease { get; init; } = "";

    /// <summary>Who this program runs as.</summary>
    public string User { get; init; } = "root";

    /// <summary>That user's number.</summary>
    public uint UserId { get; init; }

    /// <summary>That user's home folder.</summary>
    public string Home { get; init; } = "/root";

    /// <summary>That user's shell.</summary>
    public string Shell { get; init; } = "/bin/sh";

    /// <summary>Memory of the machine in bytes; shares are of it.</summary>
    public ulong MemoryBytes { get; init; }
}
