using System.Security.Cryptography;
using System.Text;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Planning;

/// <summary>
/// What is told to systemd, on a running machine only. That it is still to be told is kept in files below
/// <see cref="ProvisionPaths.RunFolder"/>, written before the first change of a unit and removed after the telling; so
/// an interrupted run is completed by the next one, and a run without changes tells nothing.
/// </summary>
internal sealed class WorkStage(MachineView view, PlanNotes notes)
{
    private const int FolderMode = 0x1C0; // 0700
    private const int FileMode = 0x180; // 0600
    private const string From = "units";
    private const string Networkd = "systemd-networkd.service";

    /// <summary>The changes of files with what is to be told between and after them.</summary>
    public List<Change> Complete(List<Change> files, DesiredMachine desired)
    {
        PathFact folder = view.At(ProvisionPaths.RunFolder);
        PathFact reload = view.At(ProvisionPaths.ReloadPending);
        PathFact network = view.At(ProvisionPaths.NetworkPending);
        if (!view.Facts.IsRunning)
        {
            if (HasWork(desired))
            {
                notes.Note(
                    From, default, "commands of units and scripts are left to the machine once it runs: this root "
                    + "is not that of the running machine", "");
            }

            return files;
        }

        List<Change> changes = [];
        bool isReloadNoted = reload.Kind != PathKind.Absent;
        bool isNetworkNoted = network.Kind != PathKind.Absent;
        foreach (Change change in files)
        {
            if (!isReloadNoted && UnitPaths.IsUnit(change.Subject))
            {
                AddMark(changes, ProvisionPaths.ReloadPending, folder);
                isReloadNoted = true;
            }

            if (!isNetworkNoted && UnitPaths.IsNetwork(change.Subject))
            {
                AddMark(changes, ProvisionPaths.NetworkPending, folder);
                isNetworkNoted = true;
            }

            changes.Add(change);
        }

        if (isReloadNoted)
        {
            changes.Add(new UnitWork("systemd", null, From));
            changes.Add(new RemovePath(ProvisionPaths.ReloadPending, false, Before(reload), From));
        }

        if (isNetworkNoted)
        {
            changes.Add(new UnitWork(Networkd, UnitVerb.Restart, From));
            changes.Add(new RemovePath(ProvisionPaths.NetworkPending, false, Before(network), From));
        }

        AddCommands(changes, desired);
        AddScripts(changes, desired);
        return changes;
    }

    private void AddCommands(List<Change> changes, DesiredMachine desired)
    {
        HashSet<string> done = [.. view.Facts.Done];
        foreach (DesiredUnit unit in desired.Units)
        {
            if (unit.Command is not { } verb || unit.IsNetwork || !UnitPaths.IsName(unit.Name))
                continue;
            StringBuilder text = new(unit.Content ?? "");
            foreach (DesiredDropIn dropIn in unit.DropIns)
                text.Append('\0').Append(dropIn.Name).Append('\0').Append(dropIn.Content);
            string mark = $"unit/{Word(verb)}/{unit.Name}/{Hash(Encoding.UTF8.GetBytes(text.ToString()))}";
            if (done.Add(mark))
                changes.Add(new UnitWork(unit.Name, verb, unit.From) { Mark = mark });
        }
    }

    private void AddScripts(List<Change> changes, DesiredMachine desired)
    {
        HashSet<string> done = [.. view.Facts.Done];
        foreach (DesiredScript script in desired.Scripts)
        {
            string mark = $"script/{Hash(Encoding.UTF8.GetBytes(script.Name))}/{Hash(script.Content.Span)}";
            if (done.Add(mark))
                changes.Add(new RunScript(script.Name, script.Content, script.From) { Mark = mark });
        }
    }

    private static bool HasWork(DesiredMachine desired)
    {
        bool hasWork = desired.Scripts.Count > 0;
        foreach (DesiredUnit unit in desired.Units)
            hasWork |= unit is { Command: not null, IsNetwork: false };
        return hasWork;
    }

    private static void AddMark(List<Change> changes, string path, PathFact folder)
    {
        bool hasFolder = folder.Kind == PathKind.Folder;
        foreach (Change change in changes)
            hasFolder |= change is PutFolder && change.Subject == ProvisionPaths.RunFolder;
        if (!hasFolder)
            changes.Add(new PutFolder(ProvisionPaths.RunFolder, FolderMode, 0, 0, From));
        changes.Add(new PutFile(path, default, FileMode, 0, 0, PathFact.Absent, From));
    }

    private static PathFact Before(PathFact fact) =>
        fact.Kind == PathKind.Absent ? new PathFact(PathKind.File) { Mode = FileMode } : fact;

    /// <summary>A verb as systemctl has it.</summary>
    public static string Word(UnitVerb verb) => verb switch
    {
        UnitVerb.Start => "start",
        UnitVerb.Stop => "stop",
        UnitVerb.Restart => "restart",
        UnitVerb.Reload => "reload",
        UnitVerb.TryRestart => "try-restart",
        UnitVerb.ReloadOrRestart => "reload-or-restart",
        UnitVerb.ReloadOrTryRestart => "reload-or-try-restart",
        _ => throw new ArgumentOutOfRangeException(nameof(verb), verb, "no such verb"),
    };

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes))[..16];
}
