namespace CoreNode.Units.Model;

/// <summary>
/// What [X-Fleet] of one unit asks for, with specifiers replaced (fleet: A.6, and CoreNode's own keys). Immutable.
/// </summary>
public sealed record UnitRequirements
{
    /// <summary>The section that they stand in.</summary>
    public const string Section = "X-Fleet";

    /// <summary>Most replicas that a template may ask for.</summary>
    public const int MaxReplicas = 10_000;

    /// <summary>Largest weight.</summary>
    public const int MaxWeight = 10_000;

    /// <summary>Of a unit that asks for nothing.</summary>
    public static readonly UnitRequirements None = new();

    /// <summary>One copy on every machine that will do.</summary>
    public bool IsGlobal { get; init; }

    /// <summary>Never two copies, fenced (Singleton=).</summary>
    public bool IsSingleton { get; init; }

    /// <summary>How many instances a template has (Replicas=); 0: not asked for.</summary>
    public int Replicas { get; init; }

    /// <summary>The machine that it must be on, by id or its first eight digits; empty: any.</summary>
    public string MachineId { get; init; } = "";

    /// <summary>Units whose machine it must be on, all of them.</summary>
    public IReadOnlyList<string> MachineOf { get; init; } = [];

    /// <summary>What its machine's metadata must say, all of them.</summary>
    public IReadOnlyList<MetadataRequirement> MachineMetadata { get; init; } = [];

    /// <summary>Names or patterns of units that it cannot share a machine with.</summary>
    public IReadOnlyList<string> Conflicts { get; init; } = [];

    /// <summary>Names or patterns of units that have to move elsewhere for it.</summary>
    public IReadOnlyList<string> Replaces { get; init; } = [];

    /// <summary>Memory that is set aside for it.</summary>
    public long MemoryReserveBytes { get; init; }

    /// <summary>Processor time that is set aside for it, in thousandths of a processor.</summary>
    public int CpuReserveMillis { get; init; }

    /// <summary>How many ordinary units it counts for where load is spread.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>Metadata key over whose values instances of a template are spread; empty: only over machines.</summary>
    public string Spread { get; init; } = "";

    /// <summary>Command that says by its exit code whether the unit is healthy; empty: none.</summary>
    public string HealthExec { get; init; } = "";

    /// <summary>URL that answers 2xx or 3xx while the unit is healthy; empty: none.</summary>
    public string HealthHttp { get; init; } = "";

    /// <summary>Time between two looks at its health.</summary>
    public TimeSpan HealthInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Placed elsewhere when it has failed, or is not healthy.</summary>
    public bool IsRescheduledOnFailure { get; init; }

    /// <summary>Keys that stand in the store while it is healthy.</summary>
    public IReadOnlyList<UnitAnnouncement> Announce { get; init; } = [];

    /// <summary>
    /// Of a template: new content reaches its instances by their health, and stops when one fails
    /// (UpdatePolicy=rolling).
    /// </summary>
    public bool IsRolling { get; init; }

    /// <summary>How many instances may be away at a time while new content reaches them.</summary>
    public int MaxUnavailable { get; init; } = 1;

    /// <summary>
    /// How long it may take to leave a machine that is drained, or to get well with new content, before it is passed
    /// over.
    /// </summary>
    public TimeSpan DrainDeadline { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>
    /// Time between the removal of its announced keys and its planned stop: who has read them goes elsewhere meanwhile.
    /// </summary>
    public TimeSpan AnnounceGrace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>True if its health is looked after.</summary>
    public bool HasHealthCheck => HealthExec.Length > 0 || HealthHttp.Length > 0;

    /// <summary>
    /// The requirements of a unit. Never fails: what cannot be understood is as if it was not there, and
    /// <see cref="UnitVerifier"/> reports it.
    /// </summary>
    public static UnitRequirements Of(UnitName name, UnitFile file) => UnitRequirementsReader.Read(name, file, null);

    /// <summary>True if they can differ between units of one text, because a value names its unit.</summary>
    public static bool DependOnName(UnitFile file)
    {
        foreach (UnitOption option in file.Options)
        {
            if (option.Section == Section && option.Value.Contains('%', StringComparison.Ordinal))
                return true;
        }

        return false;
    }
}
