namespace CoreNode.Api.Client.Units;

/// <summary>A machine as /corenode/v1/machines shows it.</summary>
public sealed record ListedMachine
{
    /// <summary>32 hex digits.</summary>
    public required string Id { get; init; }

    /// <summary>Its address; empty if unknown.</summary>
    public string Ip { get; init; } = "";

    /// <summary>In order of the keys.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Version of its program.</summary>
    public string Version { get; init; } = "";

    /// <summary>Empty, cordoned or draining.</summary>
    public string Cordon { get; init; } = "";

    /// <summary>Why.</summary>
    public string CordonReason { get; init; } = "";

    /// <summary>How many units it has.</summary>
    public int Units { get; init; }

    /// <summary>Memory for units; 0 if unknown.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Memory that units reserved.</summary>
    public long MemoryReserved { get; init; }

    /// <summary>Processor time for units in thousandths; 0 if unknown.</summary>
    public int CpuMillis { get; init; }

    /// <summary>Processor time that units reserved.</summary>
    public int CpuReserved { get; init; }

    /// <summary>As the node wrote it.</summary>
    public string Json { get; init; } = "";
}
