using CoreNode.Foundation;
using CoreNode.Units.Model;

namespace CoreNode.Units.Registry;

/// <summary>
/// How a unit stands on one machine, as its agent published it: the value of states/&lt;unit&gt;/&lt;machine&gt;.
/// </summary>
/// <param name="Unit">Full name.</param>
/// <param name="MachineId">Whose state it is.</param>
/// <param name="States">systemd's words.</param>
/// <param name="Hash">Hash of the text that is loaded there.</param>
public sealed record UnitStateRecord(string Unit, string MachineId, UnitStates States, string Hash)
{
    /// <summary>Result of the last run in systemd's words; empty if none.</summary>
    public string Result { get; init; } = "";

    /// <summary>Exit code or signal of the last main process.</summary>
    public int ExitStatus { get; init; }

    /// <summary>When it came into its active state; null if not known.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Why the agent could not do what it should, for people; empty if it could.</summary>
    public string Reason { get; init; } = "";

    /// <summary>What its health check says: null where there is none, or it was not looked at yet.</summary>
    public bool? IsHealthy { get; init; }

    /// <summary>The keys that it announces stand in the store.</summary>
    public bool IsAnnounced { get; init; }

    /// <summary>The restart that people asked for last, and that was done (see ScheduleEntry).</summary>
    public ulong Restart { get; init; }

    /// <summary>Index of its last change; zero while it is not in the store.</summary>
    public StoreIndex ModifiedIndex { get; init; }

    /// <summary>
    /// True if it does its work there, so far as can be known: it runs, its check says that it is well, and what it
    /// announces stands.
    /// </summary>
    public bool IsReady(UnitRequirements requirements) =>
        States.Active == "active" && (IsHealthy ?? !requirements.HasHealthCheck)
        && (IsAnnounced || requirements.Announce.Count == 0);

    /// <summary>True if it has failed there: systemd says so, or its health check.</summary>
    public bool HasFailed => States.Active == "failed" || IsHealthy == false;
}
