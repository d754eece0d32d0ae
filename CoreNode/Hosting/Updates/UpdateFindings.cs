using System.Globalization;
using CoreNode.Disks.Gpt;
using CoreNode.Updates.Desk;
using CoreNode.Updates.Lifecycle;
using CoreNode.Updates.Omaha;

namespace CoreNode.Hosting.Updates;

/// <summary>Judges what updates need, and says what to do. Pure.</summary>
internal static class UpdateFindings
{
    /// <summary>What is said of keys.</summary>
    public const string Keys = "update keys";

    /// <summary>What is said of slots.</summary>
    public const string Slots = "update slots";

    /// <summary>What is said of the client's own files.</summary>
    public const string State = "update state";

    private const string Server = "update server";
    private const string Gate = "health gate";

    // A state file has some kilobytes, and a checkpoint of a large payload some hundred.
    private const long ProblemBytes = 8 << 20;
    private const long WarningBytes = 100 << 20;

    /// <summary>How updates stand: what runs, the gate, the last failure.</summary>
    public static List<UpdateFinding> OfStatus(UpdateStatusView view)
    {
        const string what = "updates";
        List<UpdateFinding> findings = [];
        if (view.RunningVersion.Length == 0 && view.RunningSlot.Length == 0)
            findings.Add(UpdateFinding.Problem(what, view.Reason, "see the node's log"));
        else if (view.Stage == "need-reboot")
            findings.Add(UpdateFinding.Warning(what, view.Reason, "reboot, or take it back: corenode update reset"));
        else
        {
            string version = view.RunningVersion.Length > 0 ? view.RunningVersion : "an unknown version";
            findings.Add(UpdateFinding.Ok(what, $"{version} runs from {view.RunningSlot}; {view.Stage}"));
        }

        findings.Add(view.Stage switch
        {
            "judging" => UpdateFinding.Warning(
                Gate, view.Reason,
                "do not reboot before it is marked good: the next boot would take the version before"),
            "rolling-back" => UpdateFinding.Problem(
                Gate, view.Reason, "corenode update history; keep it away with corenode update pin VERSION"),
            _ => UpdateFinding.Ok(Gate, "no version has to prove itself"),
        });
        if (view.Pinned.Length > 0)
        {
            findings.Add(UpdateFinding.Warning(
                "pinned version", $"only {view.Pinned} is taken, and no newer one", "corenode update unpin"));
        }

        findings.Add(view.LastFailure is { } failure
            ? UpdateFinding.Warning(
                "last update",
                string.Create(CultureInfo.InvariantCulture, $"{failure.Text} ({failure.Code} {failure.Name})"),
                "corenode update history; then corenode update now")
            : UpdateFinding.Ok("last update", "the last check or attempt did not fail"));
        return findings;
    }

    /// <summary>Versions that are not taken again.</summary>
    public static List<UpdateFinding> OfBadVersions(IReadOnlyList<BadVersion> versions)
    {
        List<UpdateFinding> findings = [];
        foreach (BadVersion one in versions)
        {
            if (one.IsRefused)
            {
                findings.Add(UpdateFinding.Warning(
                    "bad version",
                    string.Create(CultureInfo.InvariantCulture, $"{one.Version} went back on {one.At:u}: {one.Why}"),
                    "publish a newer one, or take it by hand: corenode update now --accept-bad"));
            }
            else
            {
                findings.Add(UpdateFinding.Ok(
                    "doubtful version",
                    $"{one.Version} went back once, perhaps by the site's fault, and is tried again: {one.Why}"));
            }
        }

        return findings;
    }

    /// <summary>Who is asked.</summary>
    /// <param name="read">The settings.</param>
    /// <param name="isReached">Whether it can be connected to; null: it was not tried.</param>
    public static List<UpdateFinding> OfServer(UpdateConfig read, bool? isReached)
    {
        List<UpdateFinding> findings = [];
        string name = read.Server?.GetLeftPart(UriPartial.Authority) ?? "";
        if (read.Server is null)
        {
            string why = read.WhyNoServer ?? "no update server is set";
            findings.Add(read.IsDisabled
                ? UpdateFinding.Warning(
                    Server, "none is asked: " + why, "to change that: SERVER= in /etc/coreos/update.conf")
                : UpdateFinding.Problem(Server, why, "set SERVER= in /etc/coreos/update.conf, or --update-server"));
        }
        else
        {
            findings.Add(isReached == false
                ? UpdateFinding.Problem(
                    Server, $"{name} cannot be connected to",
                    "look at SERVER in update.conf, at the network and at the proxies of the node's environment")
                : UpdateFinding.Ok(Server, $"{name}, group {read.Group.Value}"));
        }

        foreach (string problem in read.Problems)
            findings.Add(UpdateFinding.Warning("update settings", problem, "mend that line or file"));
        return findings;
    }

    /// <summary>Whose payloads are taken.</summary>
    public static UpdateFinding OfKeys(string folder, int keys, IReadOnlyList<string> skipped)
    {
        if (keys == 0)
        {
            return UpdateFinding.Problem(
                Keys, $"{folder} holds none, so no update is taken",
                "put the public key (*.pem) of who signs your updates there: see corenode key new");
        }

        string text = string.Create(CultureInfo.InvariantCulture, $"{keys} in {folder}");
        return skipped.Count == 0
            ? UpdateFinding.Ok(Keys, text)
            : UpdateFinding.Warning(
                Keys, $"{text}; {skipped[0]}", "remove that record, or put the key there that it comes from");
    }

    /// <summary>The two copies of the partition table.</summary>
    public static UpdateFinding OfTable(string disk, IReadOnlyList<string> problems) => problems.Count == 0
        ? UpdateFinding.Ok("partition table", $"both copies of {disk} are good")
        : UpdateFinding.Warning(
            "partition table", $"{disk}: {string.Join("; ", problems)}", $"corenode slot repair {disk}");

    /// <summary>The slots, and which of them runs.</summary>
    public static List<UpdateFinding> OfSlots(string disk, IReadOnlyList<GptPartition> slots, string runningSlot)
    {
        List<UpdateFinding> findings = [];
        if (slots.Count < 2)
        {
            string count = string.Create(CultureInfo.InvariantCulture, $"{disk} has {slots.Count} slots");
            findings.Add(UpdateFinding.Problem(
                Slots, count + ", and two are needed",
                $"corenode slot show {disk}; name the right disk with --update-disk"));
        }
        else if (SlotOrder.Next(slots) is { IsLastResort: true })
        {
            findings.Add(UpdateFinding.Problem(
                Slots, $"none of {disk} is marked good or has tries left",
                "corenode slot mark-good, once what runs is known to work"));
        }
        else
        {
            List<string> told = [];
            foreach (GptPartition one in slots)
                told.Add($"{(one.Label.Length > 0 ? one.Label : "?")} {one.Attributes}");
            findings.Add(UpdateFinding.Ok(Slots, $"{disk}: {string.Join(", ", told)}"));
        }

        if (runningSlot.Length == 0)
        {
            findings.Add(UpdateFinding.Problem(
                "running slot", "the machine does not say which slot it runs from",
                "its kernel's command line lacks corenode.slot= (or usr=): see docs/updates.md, Slots"));
        }

        return findings;
    }

    /// <summary>The room for the client's own files.</summary>
    public static UpdateFinding OfRoom(string folder, long freeBytes)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{freeBytes / 1e6:0} MB free in {folder}");
        const string advice = "free some room: no step is begun before its state is written";
        if (freeBytes < ProblemBytes)
            return UpdateFinding.Problem(State, text, advice);
        return freeBytes < WarningBytes
            ? UpdateFinding.Warning(State, text, advice)
            : UpdateFinding.Ok(State, text);
    }
}
