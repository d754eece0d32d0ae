using CoreNode.Provision.Model;

namespace CoreNode.Provision.Planning;

/// <summary>
/// Compares what paths shall be with what they are. Parents come before what is in them, the file of a hard link before
/// the link.
/// </summary>
internal sealed class ChangeWriter(TargetTree tree, PlanNotes notes)
{
    private const int FolderMode = 0x1ED; // 0755
    private const int FileMode = 0x1A4; // 0644
    private const int SecretMode = 0x180; // 0600
    private readonly List<Change> _changes = [];

    /// <summary>The changes, in their order.</summary>
    public List<Change> Write()
    {
        foreach (Target target in tree.Targets)
            Write(target);
        foreach (Target target in tree.Targets)
        {
            if (target.IsFilled)
                HandOver(target);
        }

        return _changes;
    }

    // The last changes of a home, its mode after its owner: until then it tells the next run that it is not done.
    private void HandOver(Target home)
    {
        PathFact before = home.Fact.Kind == PathKind.Folder
            ? home.Fact
            : new PathFact(PathKind.Folder) { Mode = SkeletonStage.UnfilledMode };
        uint user = home.User ?? 0;
        uint group = home.Group ?? 0;
        if (user != before.User || group != before.Group)
            _changes.Add(new SetAttributes(home.Path, before.Mode, user, group, before, home.From));
        before = before with { User = user, Group = group };
        _changes.Add(new SetAttributes(home.Path, home.Mode ?? FolderMode, user, group, before, home.From));
    }

    private void Write(Target target)
    {
        if (target.IsEmitted)
            return;
        target.IsEmitted = true;
        for (string path = TargetPath.Parent(target.Path); path != "/"; path = TargetPath.Parent(path))
        {
            if (tree.Find(path) is { IsEmitted: false } parent)
                Write(parent);
        }

        switch (target.Kind)
        {
            case TargetKind.File:
                WriteFile(target);
                break;
            case TargetKind.Folder:
                WriteFolder(target);
                break;
            case TargetKind.Link:
                WriteLink(target);
                break;
            case TargetKind.HardLink:
                WriteHardLink(target);
                break;
            case TargetKind.Absent when target.Fact.Kind != PathKind.Absent:
                _changes.Add(new RemovePath(target.Path, IsWhole: false, target.Fact, target.From));
                break;
            default:
                break;
        }

        if (target.Next is { } next)
            _changes.Add(next);
    }

    private void WriteFile(Target target)
    {
        PathFact fact = target.Fact;
        if (fact.Kind == PathKind.File && (target.Content is not { } wanted || fact.Holds(wanted)))
        {
            WriteAttributes(target);
            return;
        }

        bool isThere = fact.Kind == PathKind.File;
        int mode = target.Mode ?? (isThere ? fact.Mode : target.IsSecret ? SecretMode : FileMode);
        uint user = target.User ?? (isThere ? fact.User : 0);
        uint group = target.Group ?? (isThere ? fact.Group : 0);
        target.IsNewFile = true;
        _changes.Add(new PutFile(target.Path, target.Content ?? default, mode, user, group, fact, target.From)
        {
            IsSecret = target.IsSecret,
        });
    }

    private void WriteFolder(Target target)
    {
        if (target.Fact.Kind == PathKind.Folder)
        {
            if (!target.IsFilled)
                WriteAttributes(target);
            return;
        }

        if (target.Fact.Kind != PathKind.Absent)
            _changes.Add(new RemovePath(target.Path, IsWhole: false, target.Fact, target.From));
        if (target.IsFilled)
        {
            _changes.Add(new PutFolder(target.Path, SkeletonStage.UnfilledMode, 0, 0, target.From));
            return;
        }

        _changes.Add(new PutFolder(
            target.Path, target.Mode ?? FolderMode, target.User ?? 0, target.Group ?? 0, target.From));
    }

    private void WriteAttributes(Target target)
    {
        PathFact fact = target.Fact;
        int mode = target.Mode ?? fact.Mode;
        uint user = target.User ?? fact.User;
        uint group = target.Group ?? fact.Group;
        if (mode != fact.Mode || user != fact.User || group != fact.Group)
            _changes.Add(new SetAttributes(target.Path, mode, user, group, fact, target.From));
    }

    private void WriteLink(Target target)
    {
        PathFact fact = target.Fact;
        bool isThere = fact.Kind == PathKind.Link && fact.Target == target.LinkTarget;
        uint user = target.User ?? (isThere ? fact.User : 0);
        uint group = target.Group ?? (isThere ? fact.Group : 0);
        if (!isThere || user != fact.User || group != fact.Group)
        {
            _changes.Add(new PutLink(
                target.Path, target.LinkTarget, IsHard: false, user, group, fact, target.From));
        }
    }

    private void WriteHardLink(Target target)
    {
        string? real = tree.ResolveFile(target.Path, target.LinkTarget, out string fault);
        Target? file = real is null ? null : tree.Find(real);
        PathFact fact = real is null ? PathFact.Absent : tree.At(real);
        PathFact before = target.Fact;
        bool isSame = before.Kind == PathKind.File && before.Identity.Length > 0 && before.Identity == fact.Identity;
        if (file is { IsEmitted: false })
        {
            // The second name goes first: after an interruption nothing would tell that it was one.
            if (isSame && file is { Kind: TargetKind.File, Content: { } content } && !fact.Holds(content))
            {
                _changes.Add(new RemovePath(target.Path, IsWhole: false, before, target.From));
                before = PathFact.Absent;
            }

            Write(file);
        }

        bool isFile = file is { Kind: not TargetKind.Untouched }
            ? file.Kind == TargetKind.File
            : fact.Kind == PathKind.File;
        if (!isFile || real is null)
        {
            notes.Error(
                target.From, target.Place,
                $"{target.Path} cannot be a hard link to {target.LinkTarget}: " +
                (fault.Length > 0 ? fault : "no file is there"),
                "name a file, or make it a symbolic link");
            return;
        }

        if (!isSame || file is { IsNewFile: true })
            _changes.Add(new PutLink(target.Path, real, IsHard: true, 0, 0, before, target.From));
    }
}
