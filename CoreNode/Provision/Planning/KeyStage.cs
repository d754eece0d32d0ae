using CoreNode.Documents;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Planning;

/// <summary>
/// Homes and SSH keys. As update-ssh-keys has it, each origin of keys has a part in authorized_keys.d, what was there
/// first is the part "orig", and authorized_keys is what sshd reads. A key leaves it only when it was in our part, is
/// no longer wanted, and stands in no other part; so keys that people add to authorized_keys stay. No link is followed
/// in a home, because its owner could lead root anywhere by one.
/// </summary>
internal sealed class KeyStage(TargetTree tree, MachineView view, AccountEditor accounts, PlanNotes notes)
{
    private const int HomeMode = 0x1ED; // 0755
    private const int FolderMode = 0x1C0; // 0700
    private const int FileMode = 0x180; // 0600
    private const string PartName = "corenode";
    private const string FirstBootPartName = "ignition";

    /// <summary>One user's.</summary>
    public void Add(DesiredUser user)
    {
        if (!user.ShouldExist || accounts.FindUser(user.Name) is not { } account)
            return;
        if (user.SshKeySources.Count > 0)
        {
            notes.Warning(
                user.From, user.Place, $"keys of user {user.Name} were not fetched from where they are named",
                "see why their source did not answer");
        }

        List<string> keys = Keys(user.SshKeys);
        List<string> firstKeys = Keys(user.FirstBootSshKeys);
        bool hasKeys = keys.Count + firstKeys.Count > 0;
        bool wantsHome = user is { IsMade: true, HasNoHome: false, IsSystem: false };
        if (!hasKeys && !wantsHome)
            return;
        string path = account.Home;
        if (TargetPath.Complaint(path).Length > 0 || path == "/nonexistent")
        {
            if (hasKeys)
            {
                notes.Warning(
                    user.From, user.Place, $"user {user.Name} has the home \"{path}\", which cannot hold keys",
                    "give it a homedir");
            }

            return;
        }

        if (Folder(path, account, HomeMode, user.From, user.Place) is not { } home || !hasKeys)
            return;
        // What is there of .ssh is put right: sshd ignores keys that others could change.
        if (Folder($"{home.Path}/.ssh", account, FolderMode, user.From, user.Place) is { } ssh
            && Folder($"{ssh.Path}/authorized_keys.d", account, FolderMode, user.From, user.Place) is { } parts)
        {
            AddKeys(user, account, ssh.Path, parts.Path, keys, firstKeys);
        }
    }

    private void AddKeys(
        DesiredUser user, Account account, string ssh, string parts, List<string> keys, List<string> firstKeys)
    {
        KeyFile all = new(view, $"{ssh}/authorized_keys");
        KeyFile orig = new(view, $"{parts}/orig");
        KeyFile ours = new(view, $"{parts}/{PartName}");
        KeyFile first = new(view, $"{parts}/{FirstBootPartName}");
        bool isNew = !ours.IsThere && !first.IsThere && !orig.IsThere;
        if (isNew && all.Keys.Count > 0)
            Put(orig.Path, RawText.Join(all.Lines), account, user);

        HashSet<string> kept = [.. keys, .. firstKeys, .. orig.Keys];
        if (keys.Count == 0)
            kept.UnionWith(ours.Keys);
        if (firstKeys.Count == 0)
            kept.UnionWith(first.Keys);
        HashSet<string> gone = [.. ours.Keys, .. first.Keys];
        gone.ExceptWith(kept);
        List<string> lines = [.. all.Lines];
        lines.RemoveAll(line => gone.Contains(line.Trim()));
        HashSet<string> there = [.. lines.ConvertAll(static line => line.Trim())];
        foreach (string key in (List<string>)[.. keys, .. firstKeys])
        {
            if (there.Add(key))
                lines.Add(key);
        }

        // A part tells the next run which keys were ours, so an older one is replaced last: until then it says which
        // keys are to go. Of a new one no key can go, and it tells that "orig" was decided on.
        PutPart(ours, keys, isBefore: true, account, user);
        PutPart(first, firstKeys, isBefore: true, account, user);
        Put(all.Path, RawText.Join(lines), account, user);
        PutPart(ours, keys, isBefore: false, account, user);
        PutPart(first, firstKeys, isBefore: false, account, user);
    }

    private void PutPart(KeyFile part, List<string> keys, bool isBefore, Account account, DesiredUser user)
    {
        if (keys.Count > 0 && part.IsThere != isBefore)
            Put(part.Path, RawText.Join(keys), account, user);
    }

    private void Put(string path, string text, Account account, DesiredUser user)
    {
        if (IsLink(path, user.From, user.Place)
            || tree.Take(path, followsLast: false, user.From, user.Place) is not { } target)
        {
            return;
        }

        if (target.Fact.Kind == PathKind.Folder)
        {
            notes.Error(
                user.From, user.Place, $"{path} is a folder and cannot hold keys", "remove it, or move it away");
        }
        else if (tree.Claim(target, TargetKind.File, user.From, user.Place))
        {
            target.Content = RawText.Bytes(text);
            target.Mode = FileMode;
            target.User = account.User;
            target.Group = account.Group;
        }
    }

    private Target? Folder(string path, Account account, int mode, string from, TextPlace place)
    {
        bool isHome = mode == HomeMode;
        if (!isHome && IsLink(path, from, place))
            return null;
        if (tree.Take(path, followsLast: isHome, from, place) is not { } target)
            return null;
        if (target.Fact.Kind == PathKind.File)
        {
            notes.Error(from, place, $"{path} is a file where a folder is needed", "remove it, or move it away");
            return null;
        }

        // A home that is there belongs to whom it belongs to.
        bool isLeft = isHome && target.Fact.Kind == PathKind.Folder && !SkeletonStage.IsUnfilled(target.Fact);
        if (!isLeft && tree.Claim(target, TargetKind.Folder, from, place))
        {
            target.Mode = mode;
            target.User = account.User;
            target.Group = account.Group;
        }

        return target;
    }

    private bool IsLink(string path, string from, TextPlace place)
    {
        if (view.At(path).Kind != PathKind.Link)
            return false;
        notes.Error(
            from, place, $"{path} is a link in a user's home, which is not followed",
            "put a file or folder in its place");
        return true;
    }

    private static List<string> Keys(IReadOnlyList<string> given)
    {
        List<string> keys = [];
        foreach (string text in given)
        {
            foreach (string line in text.Split('\n'))
            {
                string key = RawText.Of(line.Trim());
                if (key.Length > 0 && !keys.Contains(key))
                    keys.Add(key);
            }
        }

        return keys;
    }
}
