namespace CoreNode.Units.Registry;

/// <summary>
/// Where everything about units stands in the store (docs/decisions/0025, fleet: A.2). The one place that knows the
/// paths.
/// </summary>
public sealed class RegistryKeys
{
    /// <summary>fleet's prefix, without a slash at the end.</summary>
    public const string DefaultPrefix = "/_coreos.com/fleet";

    /// <summary>The keys below <see cref="DefaultPrefix"/>.</summary>
    public static readonly RegistryKeys Default = new(DefaultPrefix);

    /// <summary>Keys below another prefix.</summary>
    public RegistryKeys(string prefix) => Prefix = "/" + prefix.Trim('/');

    /// <summary>What all of them begin with; no slash at the end.</summary>
    public string Prefix { get; }

    /// <summary>Is there once units are used in this cluster; value "1".</summary>
    public string EngineVersion => $"{Prefix}/engine/version";

    /// <summary>Who decides, where the store is an existing etcd (fleet's key and value).</summary>
    public string EngineLease => $"{Prefix}/lease/engine-leader";

    /// <summary>All unit texts.</summary>
    public string Units => $"{Prefix}/unit";

    /// <summary>All jobs.</summary>
    public string Jobs => $"{Prefix}/job";

    /// <summary>All states.</summary>
    public string States => $"{Prefix}/states";

    /// <summary>All machines.</summary>
    public string Machines => $"{Prefix}/machines";

    /// <summary>The schedules of all machines.</summary>
    public string Schedules => $"{Prefix}/schedule";

    /// <summary>What units announced, on all machines.</summary>
    public string AllAnnounced => $"{Prefix}/announced";

    /// <summary>A unit's text by its hash.</summary>
    public string Unit(string hash) => $"{Prefix}/unit/{hash}";

    /// <summary>All that is known of a job; its removal destroys the job.</summary>
    public string Job(string unit) => $"{Prefix}/job/{unit}";

    /// <summary>Name and hash.</summary>
    public string JobObject(string unit) => $"{Prefix}/job/{unit}/object";

    /// <summary>What the user wants.</summary>
    public string JobTargetState(string unit) => $"{Prefix}/job/{unit}/target-state";

    /// <summary>Machine that it was given to.</summary>
    public string JobTarget(string unit) => $"{Prefix}/job/{unit}/target";

    /// <summary>Machine whose agent started it.</summary>
    public string JobState(string unit) => $"{Prefix}/job/{unit}/job-state";

    /// <summary>How often people asked for a restart.</summary>
    public string JobRestart(string unit) => $"{Prefix}/job/{unit}/restart";

    /// <summary>Why it is not where it should be.</summary>
    public string JobNotice(string unit) => $"{Prefix}/job/{unit}/notice";

    /// <summary>Of a template: why new content goes no further to its replicas.</summary>
    public string JobRollout(string unit) => $"{Prefix}/job/{unit}/rollout";

    /// <summary>The states of a unit on all machines.</summary>
    public string UnitStates(string unit) => $"{Prefix}/states/{unit}";

    /// <summary>A unit's state on one machine.</summary>
    public string UnitState(string unit, string machine) => $"{Prefix}/states/{unit}/{machine}";

    /// <summary>All that is known of a machine.</summary>
    public string Machine(string machine) => $"{Prefix}/machines/{machine}";

    /// <summary>A machine as it registered itself.</summary>
    public string MachineObject(string machine) => $"{Prefix}/machines/{machine}/object";

    /// <summary>What was changed of a machine's metadata.</summary>
    public string MachineMetadata(string machine) => $"{Prefix}/machines/{machine}/metadata";

    /// <summary>One changed key of a machine's metadata.</summary>
    public string MachineMetadata(string machine, string key) => $"{Prefix}/machines/{machine}/metadata/{key}";

    /// <summary>Whether people took a machine out of use.</summary>
    public string MachineCordon(string machine) => $"{Prefix}/machines/{machine}/cordon";

    /// <summary>What a machine shall run: the one directory that its agent follows.</summary>
    public string Schedule(string machine) => $"{Prefix}/schedule/{machine}";

    /// <summary>One unit of that.</summary>
    public string ScheduleEntry(string machine, string unit) => $"{Prefix}/schedule/{machine}/{unit}";

    /// <summary>What a machine's units announced.</summary>
    public string Announced(string machine) => $"{Prefix}/announced/{machine}";

    /// <summary>What one unit announced on a machine.</summary>
    public string Announced(string machine, string unit) => $"{Prefix}/announced/{machine}/{unit}";

    /// <summary>What stands at a path below the prefix.</summary>
    internal string Below(string path) => $"{Prefix}/{path}";

    /// <summary>Parts of a key below the prefix; none for the prefix itself and what holds it; null: foreign.</summary>
    internal string[]? Parts(string key)
    {
        if (key.Length <= Prefix.Length)
        {
            bool holds = Prefix.StartsWith(key, StringComparison.Ordinal)
                && (key.Length == 0 || key.Length == Prefix.Length || key[^1] == '/' || Prefix[key.Length] == '/');
            return holds ? [] : null;
        }

        return key.StartsWith(Prefix, StringComparison.Ordinal) && key[Prefix.Length] == '/'
            ? key[(Prefix.Length + 1)..].Split('/', StringSplitOptions.RemoveEmptyEntries)
            : null;
    }
}
