namespace CoreNode.Units.Model;

/// <summary>A machine that can run units, as it registered itself and as people marked it.</summary>
public sealed record Machine
{
    /// <summary>32 lower-case hex digits, as in /etc/machine-id.</summary>
    public required string Id { get; init; }

    /// <summary>Address that people and units reach it by; empty if unknown.</summary>
    public string PublicIp { get; init; } = "";

    /// <summary>What it runs under (--metadata), overlaid with what was changed at run time.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Version of its program.</summary>
    public string Version { get; init; } = "";

    /// <summary>Its peer listener, where its journal and its states are asked for; empty for foreign agents.</summary>
    public IReadOnlyList<string> PeerUrls { get; init; } = [];

    /// <summary>Memory that units may reserve there, in bytes; 0: unknown, reserves are not judged.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Processor time that units may reserve there, in thousandths of a processor; 0: unknown.</summary>
    public int CpuMillis { get; init; }

    /// <summary>No new units are placed there (`machine cordon`).</summary>
    public bool IsCordoned { get; init; }

    /// <summary>Units are moved away from there (`machine drain`); implies <see cref="IsCordoned"/>.</summary>
    public bool IsDraining { get; init; }
}
