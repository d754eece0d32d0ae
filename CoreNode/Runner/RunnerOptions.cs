using CoreNode.Units.Manager;

namespace CoreNode.Runner;

/// <summary>What the embedded runner is told by whoever makes it.</summary>
public sealed record RunnerOptions
{
    /// <summary>Folder of its own: loaded units, what it must remember of them, output and journals.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The machine's id (%m), 32 hex digits.</summary>
    public string MachineId { get; init; } = "";

    /// <summary>
    /// Orphans of units become children of this process and are waited for. Only for a process in which nobody else
    /// adopts orphans.
    /// </summary>
    public bool AdoptsOrphans { get; init; }

    /// <summary>False: no control groups, also where the machine gives them.</summary>
    public bool UsesControlGroups { get; init; } = true;

    /// <summary>Most bytes of one unit's journal.</summary>
    public long JournalBytes { get; init; } = 8 << 20;

    /// <summary>See <see cref="EmbeddedRunner.StartLimit"/>.</summary>
    internal IStartLimit? StartLimit { get; init; }

    /// <summary>The launcher's executable; empty: this program's own.</summary>
    public string Launcher { get; init; } = "";
}
