namespace CoreNode.Units.Registry;

/// <summary>
/// Which names one change of a registry state concerned, and what came after it. Each state knows its own; whoever
/// kept an older state goes from there to a newer one, and what nobody kept is collected. A state that was changed
/// twice, in two ways, knows the first way only.
/// </summary>
internal sealed class RegistryTrail
{
    private static readonly List<string> s_none = [];

    private List<string>? _units;
    private List<string>? _machines;
    private List<string>? _texts;
    private RegistryTrail? _next;

    /// <summary>Names of units whose job, entries or states may be others.</summary>
    public IReadOnlyList<string> Units => _units ?? s_none;

    /// <summary>Ids of machines whose registration, schedule, states or announced keys may be others.</summary>
    public IReadOnlyList<string> Machines => _machines ?? s_none;

    /// <summary>Hashes of texts that may be others, or be used by others.</summary>
    public IReadOnlyList<string> Texts => _texts ?? s_none;

    /// <summary>It is not known what changed.</summary>
    public bool IsAll { get; private set; }

    /// <summary>The change after this one; null: none is known.</summary>
    public RegistryTrail? Next => Volatile.Read(ref _next);

    /// <summary>Notes what comes after this; the first one counts.</summary>
    public void GoOn(RegistryTrail next) => Interlocked.CompareExchange(ref _next, next, null);

    public void AddUnit(string name) => Add(ref _units, name);

    public void AddMachine(string id) => Add(ref _machines, id);

    public void AddText(string hash) => Add(ref _texts, hash);

    public void AddAll() => IsAll = true;

    private static void Add(ref List<string>? names, string name)
    {
        names ??= new List<string>(1);
        if (names.Count == 0 || names[^1] != name)
            names.Add(name);
    }
}
