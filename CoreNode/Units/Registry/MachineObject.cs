namespace CoreNode.Units.Registry;

/// <summary>A machine as it registered itself: the value of machines/&lt;id&gt;/object.</summary>
public sealed record MachineObject
{
    /// <summary>32 lower-case hex digits.</summary>
    public required string Id { get; init; }

    /// <summary>Address for people; empty if unknown.</summary>
    public string PublicIp { get; init; } = "";

    /// <summary>Metadata that it was started with.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Version of its program.</summary>
    public string Version { get; init; } = "";

    /// <summary>Where its peer listener is reached; empty for foreign agents.</summary>
    public IReadOnlyList<string> PeerUrls { get; init; } = [];

    /// <summary>Memory for units; 0: unknown.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Processor time for units in thousandths of a processor; 0: unknown.</summary>
    public int CpuMillis { get; init; }

    /// <summary>Made once in its data folder: tells two machines of one id apart.</summary>
    public string Instance { get; init; } = "";
}
