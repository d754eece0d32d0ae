using System.Globalization;
using CoreNode.RebootLock;
using CoreNode.Store;
using CoreNode.Units.Drains;
using CoreNode.Units.Registry;
using CoreNode.Updates.Desk;

namespace CoreNode.Hosting.Reboots.Doctor;

/// <summary>Judges what the machines of a cluster say and what they share, and says what to do. Pure.</summary>
internal static class ClusterFindings
{
    /// <summary>So many machines are asked at once.</summary>
    public const int MostAsked = 512;

    private const int MostNamed = 3;

    // A node that holds the lock says every 10 s that it is up.
    private static readonly TimeSpan s_silence = TimeSpan.FromMinutes(1);

    /// <summary>Whom to ask: the members, and machines that are registered to run units and are none.</summary>
    /// <param name="members">The other members.</param>
    /// <param name="registry">The registry; null if it cannot be read.</param>
    /// <param name="own">This machine's id: it is not asked.</param>
    public static List<AskedMachine> Machines(
        IReadOnlyList<Member> members, RegistryState? registry, string own)
    {
        List<AskedMachine> asked = [];
        foreach (Member member in members)
            asked.Add(new AskedMachine(member.Name, member.Id.ToString(), "", member.PeerUrls));
        if (registry is null)
            return asked;
        foreach (RegisteredMachine machine in registry.Machines.Values)
        {
            if (machine.Object is not { PeerUrls: { Count: > 0 } urls } || machine.Id == own)
                continue;
            int at = asked.FindIndex(one => Overlap(one.PeerUrls, urls));
            if (at >= 0)
                asked[at] = asked[at] with { Machine = machine.Id };
            else
                asked.Add(new AskedMachine("", "", machine.Id, urls));
        }

        return asked;
    }

    /// <summary>Groups of the lock that machines take, the own one first.</summary>
    public static List<string> Groups(MachineReport own, IReadOnlyList<MachineAnswer> answers)
    {
        List<string> groups = [own.Group];
        foreach (MachineAnswer answer in answers)
        {
            if (answer.Report is { } report && !groups.Contains(report.Group))
                groups.Add(report.Group);
        }

        return groups;
    }

    /// <summary>What a machine found of itself, with its id and versions first.</summary>
    public static List<UpdateFinding> OfMachine(MachineReport report, string label)
    {
        string release = report.Release.Length > 0 ? $"; {report.Release} runs" : "";
        List<UpdateFinding> findings =
        [
            UpdateFinding.Ok("machine", $"{report.Machine}; corenode {report.Program}{release}") with
            {
                Machine = label,
            },
        ];
        foreach (UpdateFinding one in report.Findings)
            findings.Add(one with { Machine = label });
        return findings;
    }

    /// <summary>What came of asking a machine.</summary>
    /// <param name="answer">That.</param>
    /// <param name="mayRestart">A machine that nobody hears of has just taken the lock.</param>
    public static List<UpdateFinding> OfAnswer(MachineAnswer answer, bool mayRestart)
    {
        AskedMachine asked = answer.Asked;
        if (answer.Report is { } report)
            return OfMachine(report, asked.Label);
        string id = asked.Machine.Length > 0 && asked.Machine != asked.Label ? $" ({asked.Machine})" : "";
        if (answer.IsThere)
        {
            return
            [
                UpdateFinding.Warning(
                    "machine", $"it is there{id}, but does not say how it stands: {answer.Problem}",
                    "update its corenode, or name updates in its --modules") with { Machine = asked.Label },
            ];
        }

        string advice = "see whether it runs there: systemctl status corenode"
            + (asked.MemberId.Length > 0 ? $"; gone for good: corenode member remove {asked.MemberId}" : "");
        string text = $"it does not answer{id}: {answer.Problem}";
        UpdateFinding finding = mayRestart
            ? UpdateFinding.Warning("machine", text + "; perhaps it is the one that restarts with the lock", advice)
            : UpdateFinding.Problem("machine", text, advice);
        return [finding with { Machine = asked.Label }];
    }

    /// <summary>Versions that differ among machines that say theirs.</summary>
    public static List<UpdateFinding> OfVersions(MachineReport own, IReadOnlyList<MachineAnswer> answers)
    {
        SortedDictionary<string, List<string>> programs = new(StringComparer.Ordinal);
        SortedDictionary<string, List<string>> releases = new(StringComparer.Ordinal);
        Add(programs, own.Program, own.Name.Length > 0 ? own.Name : own.Machine);
        Add(releases, own.Release, own.Name.Length > 0 ? own.Name : own.Machine);
        foreach (MachineAnswer answer in answers)
        {
            if (answer.Report is not { } report)
                continue;
            Add(programs, report.Program, answer.Asked.Label);
            Add(releases, report.Release, answer.Asked.Label);
        }

        List<UpdateFinding> findings = [];
        if (programs.Count > 1)
        {
            findings.Add(UpdateFinding.Warning(
                "versions of corenode", Text(programs), "update those behind, if that is not under way"));
        }

        if (releases.Count > 1)
        {
            findings.Add(UpdateFinding.Warning(
                "versions that run", Text(releases),
                "if no update is under way, on those behind: corenode update now"));
        }

        return findings;
    }

    /// <summary>Where the machine of a holder is.</summary>
    public static HolderPlace PlaceOf(
        LockHolder holder, DateTimeOffset now, MachineReport own, IReadOnlyList<MachineAnswer> answers,
        RegistryState? registry)
    {
        // What was heard before it took the lock is of another hold.
        bool isHeard = holder.Heard is { } heard && !(heard < holder.Since);
        if (holder.Id == own.Machine || (isHeard && now - holder.Heard < s_silence))
            return HolderPlace.Here;
        bool isAsked = false;
        foreach (MachineAnswer answer in answers)
        {
            if (answer.Report?.Machine == holder.Id || (answer.Asked.Machine == holder.Id && answer.IsThere))
                return HolderPlace.Here;
            isAsked |= answer.Asked.Machine == holder.Id;
        }

        bool isKnown = registry is not null && registry.Machines.ContainsKey(holder.Id);
        return isHeard || isAsked || isKnown ? HolderPlace.Away : HolderPlace.Unknown;
    }

    /// <summary>Machines that are out of use, and units that hold up a drain.</summary>
    public static List<UpdateFinding> OfCordons(RegistryState registry)
    {
        List<UpdateFinding> findings = [];
        foreach (RegisteredMachine machine in registry.Machines.Values)
        {
            if (machine.Cordon is not { } cordon)
                continue;
            if (RebootFindings.OfCordon(machine.Id, cordon) is { } finding)
                findings.Add(finding);
            if (!cordon.IsDraining || machine.Object is null)
                continue;
            foreach (StayingUnit unit in DrainView.LeftOn(registry, machine.Id))
            {
                if (unit.IsPassedOver)
                {
                    findings.Add(UpdateFinding.Warning(
                        "drain", $"{unit.Unit} does not leave {machine.Id}: {unit.Reason}",
                        $"corenode unit status {unit.Unit}; it ends with that machine's restart"));
                }
            }
        }

        return findings;
    }

    private static void Add(SortedDictionary<string, List<string>> versions, string version, string label)
    {
        if (version.Length == 0)
            return;
        if (!versions.TryGetValue(version, out List<string>? labels))
            versions[version] = labels = [];
        labels.Add(label);
    }

    private static string Text(SortedDictionary<string, List<string>> versions)
    {
        List<string> parts = [];
        foreach ((string version, List<string> labels) in versions)
        {
            string more = labels.Count > MostNamed
                ? string.Create(CultureInfo.InvariantCulture, $" and {labels.Count - MostNamed} more") : "";
            string named = string.Join(
                ", ", labels.Count > MostNamed ? labels.GetRange(0, MostNamed) : labels);
            parts.Add($"{version} on {named}{more}");
        }

        return string.Join("; ", parts);
    }

    private static bool Overlap(IReadOnlyList<string> some, IReadOnlyList<string> others)
    {
        foreach (string one in some)
        {
            foreach (string other in others)
            {
                if (one.TrimEnd('/') == other.TrimEnd('/'))
                    return true;
            }
        }

        return false;
    }
}
