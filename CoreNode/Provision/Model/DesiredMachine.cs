namespace CoreNode.Provision.Model;

/// <summary>
/// What the inputs together want of a machine: what cloud-config and Ignition are both turned into, and what the plan
/// is made from. Immutable. Absolute paths are as inside the root, without "." and "..".
/// </summary>
public sealed record DesiredMachine
{
    /// <summary>Nothing is wanted.</summary>
    public static readonly DesiredMachine Nothing = new();

    /// <summary>Its name; null: stays.</summary>
    public string? Hostname { get; init; }

    /// <summary>/etc/hosts shall know the name as 127.0.0.1 (manage_etc_hosts: localhost).</summary>
    public bool ManagesEtcHosts { get; init; }

    /// <summary>Files, in the order they are written.</summary>
    public IReadOnlyList<DesiredFile> Files { get; init; } = [];

    /// <summary>Folders, in their order.</summary>
    public IReadOnlyList<DesiredFolder> Folders { get; init; } = [];

    /// <summary>Links, in their order.</summary>
    public IReadOnlyList<DesiredLink> Links { get; init; } = [];

    /// <summary>Users; those without <see cref="DesiredUser.IsMade"/> must be there.</summary>
    public IReadOnlyList<DesiredUser> Users { get; init; } = [];

    /// <summary>Groups.</summary>
    public IReadOnlyList<DesiredGroup> Groups { get; init; } = [];

    /// <summary>systemd units, in their order.</summary>
    public IReadOnlyList<DesiredUnit> Units { get; init; } = [];

    /// <summary>Options of the node, which become /etc/corenode/corenode.yaml; a later one of a name wins.</summary>
    public IReadOnlyList<DesiredOption> Options { get; init; } = [];

    /// <summary>Lines of /etc/environment; a later one of a name wins.</summary>
    public IReadOnlyList<DesiredVariable> Environment { get; init; } = [];

    /// <summary>Scripts that run when everything else is there.</summary>
    public IReadOnlyList<DesiredScript> Scripts { get; init; } = [];

    /// <summary>Kernel arguments that should be there: reported, never set.</summary>
    public IReadOnlyList<string> KernelArguments { get; init; } = [];

    /// <summary>Kernel arguments that should not be there: reported, never removed.</summary>
    public IReadOnlyList<string> UnwantedKernelArguments { get; init; } = [];
}
