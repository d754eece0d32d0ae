using System.Text;
using CoreNode.Documents;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Planning;

/// <summary>
/// Files that are edited, or written from values: the name, /etc/hosts, /etc/environment, the node's options.
/// </summary>
internal sealed class TextStage(TargetTree tree, MachineView view, AccountEditor accounts, PlanNotes notes)
{
    private const string HostnamePath = "/etc/hostname";
    private const string HostsPath = "/etc/hosts";
    private const string EnvironmentPath = "/etc/environment";
    private const int OwnMode = 0x180; // 0600
    private const int SharedMode = 0x1A0; // 0640
    private const int OpenMode = 0x1A4; // 0644

    /// <summary>The machine's name.</summary>
    public void AddHostname(DesiredMachine desired)
    {
        if (desired.Hostname is not { Length: > 0 } name)
            return;
        if (!IsHostname(name))
        {
            notes.Error(
                "hostname", default, $"\"{name}\" cannot be a machine's name",
                "use letters, digits, - and dots, at most 64 characters");
            return;
        }

        if (tree.Take(HostnamePath, followsLast: false, "hostname", default) is not { } target
            || IsFolder(target) || !tree.Claim(target, TargetKind.File, "hostname", default))
        {
            return;
        }

        target.Content = RawText.Bytes(name + "\n");
        string known = view.Facts.Hostname;
        if (view.Facts.IsRunning && known.Length > 0 && known != name)
            target.Next = new SetHostname(name, known, "hostname");
    }

    /// <summary>The line of the own name in /etc/hosts.</summary>
    public void AddHosts(DesiredMachine desired)
    {
        if (!desired.ManagesEtcHosts)
            return;
        string name = desired.Hostname ?? "";
        if (name.Length == 0 && tree.ContentOf(HostnamePath, out _) is { } content)
            name = RawText.Of(content).Trim();
        if (name.Length == 0)
            name = view.Facts.Hostname;
        if (IsHostname(name))
            Edit(HostsPath, "manage_etc_hosts", text => HostsText.Edit(text, name));
        else
        {
            notes.Warning(
                "manage_etc_hosts", default, "/etc/hosts gets no line, because the machine has no name",
                "give it a hostname");
        }
    }

    /// <summary>Variables of /etc/environment.</summary>
    public void AddEnvironment(DesiredMachine desired)
    {
        foreach (DesiredVariable variable in desired.Environment)
        {
            if (EnvironmentText.Complaint(variable) is { Length: > 0 } complaint)
                notes.Error("environment", default, complaint, "");
        }

        if (desired.Environment.Count > 0)
            Edit(EnvironmentPath, "environment", text => EnvironmentText.Edit(text, desired.Environment));
    }

    /// <summary>The node's options; a file that a person wrote is not replaced.</summary>
    public void AddOptions(DesiredMachine desired)
    {
        if (desired.Options.Count == 0)
            return;
        DesiredOption last = desired.Options[^1];
        if (tree.Take(ProvisionPaths.NodeOptions, followsLast: false, last.From, last.Place) is not { } target)
            return;
        if (target.Kind != TargetKind.Untouched)
        {
            notes.Error(
                last.From, last.Place, $"{target.Path} is written as a file ({target.From}) and from options",
                "put all options under corenode: in the configuration, and leave the file out");
            return;
        }

        if (!IsOurs(target.Fact))
        {
            notes.Error(
                last.From, last.Place, $"{target.Path} was written by hand, so it is not replaced by these options",
                "move its lines under corenode: in the configuration and delete it, or leave these options out");
            return;
        }

        bool isSecret = false;
        foreach (DesiredOption option in desired.Options)
            isSecret |= option.IsSecret;
        if (tree.Claim(target, TargetKind.File, last.From, last.Place))
        {
            target.Content = Encoding.UTF8.GetBytes(NodeOptionsText.Write(desired.Options));
            // A node without root's rights (corenode-store.service) reads it by its group.
            uint readers = isSecret ? accounts.FindGroup("corenode") ?? 0 : 0;
            target.User = 0;
            target.Group = readers;
            target.Mode = !isSecret ? OpenMode : readers == 0 ? OwnMode : SharedMode;
            target.IsSecret = isSecret;
        }
    }

    private static bool IsOurs(PathFact fact) => fact.Kind switch
    {
        PathKind.Absent => true,
        PathKind.File => fact.Length == 0
            || (fact.Content is { } content && NodeOptionsText.IsOurs(RawText.Of(content))),
        _ => false,
    };

    private void Edit(string path, string from, Func<string, string> edit)
    {
        TextPlace place = default;
        if (tree.Take(path, followsLast: false, from, place) is not { } target || IsFolder(target))
            return;
        string before = tree.ContentOf(path, out string real) is { } content ? RawText.Of(content) : "";
        PathFact there = tree.At(real.Length == 0 ? path : real);
        if (there.Kind == PathKind.File && there.Content is null && target.Content is null)
        {
            notes.Error(from, place, $"{path} is too large to edit ({there.Length} bytes)", "see what fills it");
            return;
        }

        string after = edit(before);
        // A link to a file that says so already stays one; else a file takes its place, because what it leads to is
        // often below /usr.
        bool isDone = after == before && there.Kind == PathKind.File && target.Kind == TargetKind.Untouched;
        if (!isDone && tree.Claim(target, TargetKind.File, from, place))
            target.Content = RawText.Bytes(after);
    }

    private bool IsFolder(Target target)
    {
        if (target.Fact.Kind != PathKind.Folder)
            return false;
        notes.Error("", default, $"{target.Path} is a folder where a file is needed", "remove it by hand first");
        return true;
    }

    private static bool IsHostname(string name)
    {
        bool isName = name.Length is > 0 and <= 64 && char.IsAsciiLetterOrDigit(name[0]);
        foreach (char c in name)
            isName &= char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_';
        return isName;
    }
}
