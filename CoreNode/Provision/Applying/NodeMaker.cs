using System.Globalization;
using CoreNode.Provision.Model;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Provision.Applying;

/// <summary>Makes one change, none of a file's content. What bears the name was compared with the plan.</summary>
internal sealed class NodeMaker(ICalls calls, FolderWalk walk, FactReader facts, FolderDesk desk)
{
    private const uint PrivateMode = 0x1C0;
    private const int PermissionsAndSticky = 0x3FF;
    private const int MostNames = 1000;

    public static string NoOwner(uint user, uint group) =>
        string.Create(CultureInfo.InvariantCulture, $"cannot be given to user {user} and group {group}");

    public static IOException NoFolder(Spot spot) =>
        new($"{spot.Path} cannot be made: {spot.Real.TrimEnd('/')}/{spot.Missing[0]} is not there");

    public void Make(Change change, Spot spot, NodeState? now)
    {
        switch (change)
        {
            case PutFolder put:
                PutFolder(put, spot, now);
                break;
            case PutLink put:
                PutLink(put, spot, now);
                break;
            case SetAttributes set:
                if (now is null)
                    throw new StalePlanException(set.Path, "went away");
                SetAttributes(spot, now, set.Mode, set.User, set.Group);
                break;
            case RemovePath remove when now is not null:
                Remove(remove, spot, now);
                break;
            default:
                break;
        }
    }

    public void SetHostname(SetHostname change)
    {
        if (facts.IsMachine)
            Error.Check(calls.SetHostname(change.Name), change.Name, "cannot become the machine's name");
    }

    private void PutFolder(PutFolder put, Spot spot, NodeState? now)
    {
        if (now is not null)
        {
            if (now.Kind != PathKind.Folder)
                throw new IOException($"{put.Path} cannot become a folder: something else bears the name");
            SetAttributes(spot, now, put.Mode, put.User, put.Group);
            return;
        }

        SafeFileHandle parent = desk.Take(spot);
        string name = Unused(parent, put.Path, next => calls.MakeFolder(parent, next, PrivateMode));
        Error.Check(
            calls.Open(parent, name, OpenFlags.WholeFolder, 0, out SafeFileHandle folder), put.Path, "cannot be made");
        Check(calls.Stat(folder, "", out NodeState state), put.Path);
        desk.Change(folder, state, put.Path);
        List<string> names = [];
        Check(calls.List(folder, names), put.Path);
        if (names.Count > 0)
            throw new IOException($"{put.Path} cannot be made: somebody put another folder in place of it meanwhile");
        Check(calls.ChangeOwner(folder, put.User, put.Group), put.Path, NoOwner(put.User, put.Group));
        Check(calls.ChangeMode(folder, put.Mode), put.Path);
        Place(parent, name, spot, replaces: false);
    }

    private void PutLink(PutLink put, Spot spot, NodeState? now)
    {
        if (now is { Kind: PathKind.Folder })
            throw new IOException($"{put.Path} cannot become a link: it is a folder");
        SafeFileHandle parent = desk.Take(spot);
        if (put.IsHard)
        {
            PutName(put, parent, spot, now);
            return;
        }

        string name = Unused(parent, put.Path, next => calls.MakeLink(put.Target, parent, next));
        Check(calls.Open(parent, name, OpenFlags.Named, 0, out SafeFileHandle link), put.Path);
        using (link)
            Check(calls.ChangeOwner(link, put.User, put.Group), put.Path, NoOwner(put.User, put.Group));
        Place(parent, name, spot, replaces: now is not null);
    }

    private void PutName(PutLink put, SafeFileHandle parent, Spot spot, NodeState? now)
    {
        using Spot source = walk.Find(put.Target);
        string refusal = facts.RefusalOf(source);
        NodeState? state = refusal.Length > 0 || source.Missing.Count > 0 ? null : facts.Look(source);
        if (state is not null && refusal.Length == 0)
            refusal = FactReader.RefusalOf(source, state);
        if (state is not { Kind: PathKind.File } || refusal.Length > 0)
        {
            throw new IOException(
                $"{put.Path} cannot become another name of {put.Target}, which "
                + (refusal.Length > 0 ? refusal : "is no file that is there"));
        }

        if (state.IsSame(now))
            return;
        Check(calls.Open(source.Folder, source.Name, OpenFlags.Named, 0, out SafeFileHandle file), put.Path);
        using SafeFileHandle held = file;
        Check(calls.Stat(file, "", out NodeState opened), put.Path);
        if (!opened.IsSame(state))
            throw new StalePlanException(put.Target, "was replaced");
        string name = Unused(parent, put.Path, next => calls.MakeName(file, parent, next));
        Place(parent, name, spot, replaces: now is not null);
    }

    private void SetAttributes(Spot spot, NodeState now, int mode, uint user, uint group)
    {
        Check(calls.Open(spot.Folder, spot.Name, OpenFlags.Named, 0, out SafeFileHandle file), spot.Path);
        using SafeFileHandle held = file;
        Check(calls.Stat(file, "", out NodeState state), spot.Path);
        if (!state.IsSame(now))
            throw new StalePlanException(spot.Path, "was replaced");
        bool hasOwner = state.User == user && state.Group == group;
        bool hasMode = state.Kind == PathKind.Link;
        if (!hasOwner)
        {
            // In between nobody may do more than both before and afterwards.
            int common = state.Mode & mode & PermissionsAndSticky;
            if (!hasMode && state.Mode != common)
                Check(calls.ChangeMode(file, common), spot.Path, "cannot get its mode");
            Check(calls.ChangeOwner(file, user, group), spot.Path, NoOwner(user, group));
        }

        if (!hasMode && (!hasOwner || state.Mode != mode))
            Check(calls.ChangeMode(file, mode), spot.Path, "cannot get its mode");
        desk.Change(spot);
        int flags = state.Kind == PathKind.Folder ? OpenFlags.WholeFolder : OpenFlags.Content;
        if (state.Kind != PathKind.Link && calls.Open(spot.Folder, spot.Name, flags, 0, out SafeFileHandle synced) == 0)
            desk.Change(synced, state, spot.Path);
    }

    private void Remove(RemovePath remove, Spot spot, NodeState now)
    {
        SafeFileHandle parent = desk.Take(spot);
        if (now.Kind != PathKind.Folder || !remove.IsWhole)
        {
            int error = calls.Remove(spot.Folder, spot.Name, now.Kind == PathKind.Folder);
            if (error == Error.NotEmpty)
                throw new IOException($"{remove.Path} cannot be removed: the folder is not empty");
            Check(error, remove.Path, "cannot be removed");
            desk.Change(spot);
            return;
        }

        // It is gone as a whole at once; what is left of it under the other name the next run removes.
        TreeRemoval.Check(calls, spot.Folder, spot.Name, remove.Path);
        string name = Unused(
            parent, remove.Path, next => calls.Rename(spot.Folder, spot.Name, parent, next, replaces: false));
        desk.Change(spot);
        TreeRemoval.Remove(calls, parent, name, remove.Path);
    }

    private string Unused(SafeFileHandle folder, string path, Func<string, int> make)
    {
        int error = Error.Exists;
        string name = "";
        for (int tries = 0; error == Error.Exists && tries < MostNames; tries++)
        {
            name = desk.NextName();
            error = make(name);
        }

        Check(error, path);
        return name;
    }

    private void Place(SafeFileHandle parent, string name, Spot spot, bool replaces)
    {
        int error = calls.Rename(parent, name, spot.Folder, spot.Name, replaces);
        if (error == Error.Exists)
            throw new StalePlanException(spot.Path, "came to be there");
        Check(error, spot.Path, "cannot be put in its place");
        desk.Change(spot);
    }

    private static void Check(int error, string path, string what = "cannot be made") =>
        Error.Check(error, path, what);
}
