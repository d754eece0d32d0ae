using CoreNode.Provision.Model;

namespace CoreNode.Provision.Planning;

/// <summary>
/// What is below /etc/skel comes into each home that is made, as useradd does it: with its modes, the user's. It comes
/// last, so that it gives way to everything else that is wanted there. As long as a home is being filled it is root's,
/// with a mode that no home has, which tells the run after an interrupted one to go on.
/// </summary>
internal sealed class SkeletonStage(TargetTree tree, AccountEditor accounts, PlanNotes notes)
{
    /// <summary>01500: only root writes there, and nobody has a home like that.</summary>
    public const int UnfilledMode = 0x340;

    private const string Skeleton = "/etc/skel";
    private const int MaxEntries = 1000;
    private const int MaxDepth = 16;
    private int _entries;

    /// <summary>True for a home that an interrupted run was filling.</summary>
    public static bool IsUnfilled(PathFact fact) => fact is { Kind: PathKind.Folder, Mode: UnfilledMode };

    /// <summary>One user's home, where it is made now.</summary>
    public void Add(DesiredUser user)
    {
        if (!user.ShouldExist || user.HasNoHome || user.IsSystem || accounts.FindUser(user.Name) is not { } account
            || TargetPath.Complaint(account.Home).Length > 0
            || tree.Resolve(account.Home, followsLast: true, out _) is not { } real
            || tree.Find(real) is not { Kind: TargetKind.Folder, IsFilled: false } home)
        {
            return;
        }

        bool isMade = home.Fact.Kind != PathKind.Folder || IsUnfilled(home.Fact);
        if (!isMade || tree.Resolve(Skeleton, followsLast: true, out _) is not { } from
            || $"{real}/".StartsWith($"{from}/", StringComparison.Ordinal))
        {
            return;
        }

        _entries = 0;
        home.IsFilled = Copy(from, real, account, user, 1) || IsUnfilled(home.Fact);
    }

    // False: there is nothing to copy.
    private bool Copy(string from, string to, Account account, DesiredUser user, int depth)
    {
        bool isAny = false;
        foreach (string name in Names(from))
        {
            if (TargetPath.Complaint($"{to}/{name}").Length > 0 || ++_entries > MaxEntries || depth > MaxDepth)
            {
                Leave($"{from}/{name}", user, $"it is more than {MaxEntries} entries or {MaxDepth} folders deep, "
                    + "or its name is none that is written");
                return isAny;
            }

            isAny |= CopyOne($"{from}/{name}", $"{to}/{name}", account, user, depth);
        }

        return isAny;
    }

    // The names that will be there: a configuration may write that folder too.
    private List<string> Names(string folder)
    {
        List<string> names = [.. tree.NamesIn(folder)];
        foreach (Target target in tree.Targets)
        {
            string name = TargetPath.Name(target.Path);
            bool isThere = target.Kind != TargetKind.Untouched && TargetPath.Parent(target.Path) == folder;
            if (isThere && !names.Contains(name))
                names.Add(name);
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    private bool CopyOne(string from, string to, Account account, DesiredUser user, int depth)
    {
        Target? planned = Planned(ref from);
        PathFact fact = tree.At(from);
        TargetKind there = fact.Kind switch
        {
            PathKind.File => TargetKind.File,
            PathKind.Folder => TargetKind.Folder,
            PathKind.Link => TargetKind.Link,
            _ => TargetKind.Absent,
        };
        TargetKind kind = planned?.Kind ?? there;
        ReadOnlyMemory<byte>? content = kind == TargetKind.File ? tree.ContentOf(from, out _) : null;
        if (kind == TargetKind.File && content is null)
            Leave(from, user, "it is too large, or cannot be read");
        if (kind is not (TargetKind.Folder or TargetKind.Link) && content is null)
            return false;

        // What is there stays, and what else is wanted there goes before.
        Target? target = tree.Find(to);
        bool isFree = target is null or { Kind: TargetKind.Untouched } && tree.At(to).Kind == PathKind.Absent;
        if (isFree)
        {
            target = tree.Take(to, followsLast: false, user.From, user.Place);
            if (target is null || !tree.Claim(target, kind, user.From, user.Place))
                return false;
            target.Content = content;
            target.LinkTarget = planned?.LinkTarget ?? fact.Target;
            target.Mode = planned?.Mode ?? (there == kind ? fact.Mode : null);
            target.User = account.User;
            target.Group = account.Group;
            target.IsSecret = planned?.IsSecret ?? false;
        }

        if (kind == TargetKind.Folder && (isFree || IsFolder(target, to)))
            Copy(from, to, account, user, depth + 1);
        return true;
    }

    // What the configuration wants there; of a hard link the file is meant.
    private Target? Planned(ref string path)
    {
        Target? target = tree.Find(path);
        if (target is { Kind: TargetKind.HardLink }
            && tree.ResolveFile(path, target.LinkTarget, out _) is { } file)
        {
            path = file;
            target = tree.Find(path);
        }

        return target is { Kind: not TargetKind.Untouched } ? target : null;
    }

    private bool IsFolder(Target? target, string path) => target is { Kind: not TargetKind.Untouched }
        ? target.Kind == TargetKind.Folder
        : tree.At(path).Kind == PathKind.Folder;

    private void Leave(string path, DesiredUser user, string reason) => notes.Warning(
        user.From, user.Place, $"{path} is not copied into the home of {user.Name}: {reason}",
        "copy it by a file of the configuration, or take it out of there");
}
