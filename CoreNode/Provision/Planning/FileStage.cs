using CoreNode.Provision.Model;

namespace CoreNode.Provision.Planning;

/// <summary>
/// Folders, links and files. What is nearer to the root comes first, so that a link leads what is below it.
/// </summary>
internal sealed class FileStage(TargetTree tree, OwnerNames owners, PlanNotes notes)
{
    /// <summary>All of them.</summary>
    public void Add(DesiredMachine desired)
    {
        int deepest = 0;
        Dictionary<string, object> last = new(StringComparer.Ordinal);
        foreach (DesiredFolder folder in desired.Folders)
        {
            deepest = Math.Max(deepest, TargetPath.Depth(folder.Path));
            last["folder " + folder.Path] = folder;
        }

        foreach (DesiredLink link in desired.Links)
        {
            deepest = Math.Max(deepest, TargetPath.Depth(link.Path));
            last["link " + link.Path] = link;
        }

        for (int depth = 0; depth <= deepest; depth++)
        {
            foreach (DesiredFolder folder in desired.Folders)
            {
                if (TargetPath.Depth(folder.Path) == depth && ReferenceEquals(last["folder " + folder.Path], folder))
                    AddFolder(folder);
            }

            foreach (DesiredLink link in desired.Links)
            {
                if (TargetPath.Depth(link.Path) == depth && ReferenceEquals(last["link " + link.Path], link))
                    AddLink(link);
            }
        }

        AddFiles(desired.Files);
    }

    private void AddFolder(DesiredFolder folder)
    {
        if (tree.Take(folder.Path, followsLast: !folder.Replaces, folder.From, folder.Place) is not { } target)
            return;
        if (target.Fact.Kind is PathKind.File or PathKind.Link && !folder.Replaces)
        {
            notes.Error(
                folder.From, folder.Place, $"{folder.Path} is a file where a folder is wanted",
                "remove it, or choose another path");
        }
        else if (tree.Claim(target, TargetKind.Folder, folder.From, folder.Place))
        {
            if (target.Fact.Kind is PathKind.File or PathKind.Link)
                tree.AddReplaced(target.Path);
            target.Mode = folder.Mode ?? target.Mode;
            target.User = owners.User(folder.User, folder.From, folder.Place) ?? target.User;
            target.Group = owners.Group(folder.Group, folder.From, folder.Place) ?? target.Group;
        }
    }

    private void AddLink(DesiredLink link)
    {
        if (tree.Take(link.Path, followsLast: false, link.From, link.Place) is not { } target)
            return;
        PathFact fact = target.Fact;
        bool isSame = fact.Kind == PathKind.Link && fact.Target == link.Target && !link.IsHard;
        // Without leave to replace, a file that is there must be that hard link already.
        bool mayBeSame = link.IsHard && fact.Kind == PathKind.File && IsSameFile(fact, link);
        if (link.Target.Length == 0 || link.Target.Contains('\0', StringComparison.Ordinal))
            notes.Error(link.From, link.Place, $"the link {link.Path} leads nowhere", "give it a target");
        else if (fact.Kind == PathKind.Folder)
        {
            notes.Error(
                link.From, link.Place, $"{link.Path} is a folder where a link is wanted", "remove it by hand first");
        }
        else if (fact.Kind != PathKind.Absent && !isSame && !mayBeSame && !link.Replaces)
        {
            notes.Error(
                link.From, link.Place, $"{link.Path} is there already and is another thing than this link",
                "let it be replaced (overwrite), or remove it");
        }
        else if (tree.Claim(target, link.IsHard ? TargetKind.HardLink : TargetKind.Link, link.From, link.Place))
        {
            target.LinkTarget = link.Target;
            target.User = owners.User(link.User, link.From, link.Place);
            target.Group = owners.Group(link.Group, link.From, link.Place);
        }
    }

    private bool IsSameFile(PathFact fact, DesiredLink link) =>
        tree.ResolveFile(link.Path, link.Target, out _) is { } real && fact.Identity.Length > 0
        && tree.At(real).Identity == fact.Identity;

    // A later file of a path takes the place of an earlier one; a part adds to it.
    private void AddFiles(IReadOnlyList<DesiredFile> files)
    {
        List<Target> targets = [];
        List<List<DesiredFile>> wishes = [];
        foreach (DesiredFile file in files)
        {
            if (tree.Take(file.Path, followsLast: false, file.From, file.Place) is not { } target
                || IsElsewhere(file, target.Path))
            {
                continue;
            }

            int at = targets.IndexOf(target);
            if (at < 0)
            {
                targets.Add(target);
                wishes.Add([file]);
                continue;
            }

            if (!file.Appends)
                wishes[at].Clear();
            wishes[at].Add(file);
        }

        for (int i = 0; i < targets.Count; i++)
            AddFile(targets[i], wishes[i]);
    }

    private void AddFile(Target target, List<DesiredFile> wishes)
    {
        DesiredFile first = wishes[0];
        PathFact fact = target.Fact;
        bool isThere = fact.Kind == PathKind.File;
        if (fact.Kind == PathKind.Folder)
        {
            notes.Error(
                first.From, first.Place, $"{target.Path} is a folder where a file is wanted",
                "remove it by hand first");
            return;
        }

        ReadOnlyMemory<byte> added = default;
        foreach (DesiredFile file in wishes)
            added = file.Appends ? Join(added, file.Content) : added;
        ReadOnlyMemory<byte>? content = null;
        if (first is { Appends: false, HasContent: true })
            content = Join(first.Content, added);
        bool isFirst = target.Kind == TargetKind.Untouched;
        bool isAnother = fact.Kind != PathKind.Absent && !(isThere && (content is null || fact.Holds(content.Value)));
        if (isFirst && isAnother && !first.Replaces)
        {
            notes.Error(
                first.From, first.Place, $"{target.Path} is there already and is another one",
                "let it be replaced (overwrite: true), or choose another path");
            return;
        }

        if (isThere && content is null && added.Length > 0 && target.Content is null && fact.Content is null)
        {
            notes.Error(
                first.From, first.Place, $"{target.Path} is too large to add to ({fact.Length} bytes)",
                "write it as a whole");
            return;
        }

        if (!tree.Claim(target, TargetKind.File, first.From, first.Place))
            return;
        if (content is null && (added.Length > 0 || !isThere))
        {
            ReadOnlyMemory<byte> before = target.Content ?? (isThere ? fact.Content ?? default : default);
            content = before.Span.EndsWith(added.Span) ? before : Join(before, added);
        }

        target.Content = content ?? target.Content;
        SetAttributes(target, wishes);
    }

    private bool IsElsewhere(DesiredFile file, string path)
    {
        if (file.Remote is not null || file.Parts.Count > 0)
        {
            notes.Error(
                file.From, file.Place, $"the content of {file.Path} was not fetched",
                "see why its source did not answer");
            return true;
        }

        bool isOfAccounts = path is AccountStage.PasswdPath or AccountStage.ShadowPath
            or AccountStage.GroupPath or AccountStage.GroupShadowPath;
        if (isOfAccounts)
        {
            notes.Error(
                file.From, file.Place, $"{file.Path} is not written as a file, because all accounts would be lost",
                "use users and groups");
        }

        return isOfAccounts;
    }

    private void SetAttributes(Target target, List<DesiredFile> wishes)
    {
        foreach (DesiredFile file in wishes)
        {
            target.Mode = file.Mode ?? target.Mode;
            target.User = owners.User(file.User, file.From, file.Place) ?? target.User;
            target.Group = owners.Group(file.Group, file.From, file.Place) ?? target.Group;
            target.IsSecret |= file.IsSecret;
        }
    }

    private static ReadOnlyMemory<byte> Join(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> second)
    {
        byte[] both = new byte[first.Length + second.Length];
        first.CopyTo(both);
        second.CopyTo(both.AsMemory(first.Length));
        return both;
    }
}
