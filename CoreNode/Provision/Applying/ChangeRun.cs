using CoreNode.Provision.Model;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Provision.Applying;

/// <summary>
/// Makes the changes of a plan. Some hundred at a time: the files among them are written under names beside and
/// synced together; then each change takes effect in its turn, a file by a rename; then the folders are synced. So
/// whatever ends this, every file is the old or the new one, and what took effect is a beginning of the plan.
/// </summary>
internal sealed class ChangeRun : IDisposable
{
    private const int MostChanges = 256;
    private const long MostBytes = 64 << 20;
    private const int MostNames = 1000;
    private const uint PrivateMode = 0x180;

    private readonly ICalls _calls;
    private readonly FolderWalk _walk;
    private readonly FactReader _facts;
    private readonly ChangedPaths _changed;
    private readonly FolderDesk _desk;
    private readonly PlanCheck _check;
    private readonly NodeMaker _maker;

    public ChangeRun(ICalls calls, FolderWalk walk, FactReader facts, ChangedPaths changed)
    {
        _calls = calls;
        _walk = walk;
        _facts = facts;
        _changed = changed;
        _desk = new FolderDesk(calls);
        _check = new PlanCheck(facts);
        _maker = new NodeMaker(calls, walk, facts, _desk);
    }

    public void Make(IReadOnlyList<Change> changes, Action<Change> told)
    {
        for (int start = 0; start < changes.Count;)
        {
            StagedFile?[] staged = new StagedFile?[WindowEnd(changes, start) - start];
            try
            {
                Stage(changes, start, staged);
                for (int i = 0; i < staged.Length; i++)
                {
                    Make(changes[start + i], ref staged[i]);
                    _changed.Add(changes[start + i]);
                    told(changes[start + i]);
                }
            }
            catch (IOException)
            {
                _desk.DropUnplaced();
                throw;
            }

            _desk.SyncAll();
            start += staged.Length;
        }
    }

    /// <summary>Removes what a killed run left beside a path, as far as it can.</summary>
    public void Clear(string path)
    {
        try
        {
            using Spot spot = _walk.Find(path);
            if (_facts.RefusalOf(spot).Length == 0)
                _desk.Take(spot);
        }
        catch (IOException)
        {
            // A change that comes by the same will say so; without one nothing is wanted there.
        }

        _desk.SyncAll();
    }

    public void Dispose() => _desk.Dispose();

    // A tree that is removed could hold files that were written ahead, so it is done by itself.
    private static int WindowEnd(IReadOnlyList<Change> changes, int start)
    {
        long bytes = 0;
        int end = start;
        while (end < changes.Count && end - start < MostChanges)
        {
            Change change = changes[end];
            bytes += change is PutFile put ? put.Content.Length : 0;
            bool isTree = change is RemovePath { IsWhole: true };
            if (end > start && (bytes > MostBytes || isTree))
                break;
            end++;
            if (isTree)
                break;
        }

        return end;
    }

    private void Stage(IReadOnlyList<Change> changes, int start, StagedFile?[] staged)
    {
        List<OpenNode> written = [];
        ChangedPaths before = new();
        try
        {
            for (int i = 0; i < staged.Length; i++)
            {
                if (changes[start + i] is PutFile put)
                    staged[i] = Stage(put, before.Covers(put.Path) || _changed.Covers(put.Path), written);
                before.Add(changes[start + i]);
            }

            OpenNode.Sync(_calls, written);
        }
        finally
        {
            foreach (OpenNode file in written)
                file.Handle.Dispose();
        }
    }

    // Null: it is there already as wanted.
    private StagedFile? Stage(PutFile put, bool isOwnDoing, List<OpenNode> written)
    {
        using Spot spot = FindAllowed(put.Path);
        NodeState? now = spot.Missing.Count == 0 ? _facts.Look(spot) : null;
        bool isCompared = !isOwnDoing && spot.Missing.Count == 0;
        if (isCompared && IsDoneOrAsPlanned(spot, now, put, put.Before))
            return null;
        return Write(put, spot, now, isCompared, written);
    }

    private StagedFile Write(PutFile put, Spot spot, NodeState? now, bool isCompared, List<OpenNode> written)
    {
        SafeFileHandle folder = _desk.Take(spot);
        string name = MakeFile(folder, put.Path, out SafeFileHandle file);
        int stated = _calls.Stat(file, "", out NodeState state);
        written.Add(new OpenNode(file, state, put.Path));
        Error.Check(stated, put.Path, "cannot be looked at");
        int count = 0;
        while (count < put.Content.Length)
        {
            Error.Check(
                _calls.Write(file, put.Content.Span[count..], count, out int part), put.Path, "cannot be written");
            count += part;
        }

        // Writing and a new owner take set-user-id away, so the mode comes last.
        string noOwner = NodeMaker.NoOwner(put.User, put.Group);
        Error.Check(_calls.ChangeOwner(file, put.User, put.Group), put.Path, noOwner);
        if (now is not null)
            KeptAttributes.Copy(_calls, spot, now, file, put.Mode);
        Error.Check(_calls.ChangeMode(file, put.Mode), put.Path, "cannot get its mode");
        return new StagedFile(put.Path, folder, name, state, spot.State.Identity, now, isCompared);
    }

    private string MakeFile(SafeFileHandle folder, string path, out SafeFileHandle file)
    {
        const int flags = OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.MustBeNew;
        int error;
        int tries = 0;
        string name;
        do
        {
            name = _desk.NextName();
            error = _calls.Open(folder, name, flags, PrivateMode, out file);
        }
        while (error == Error.Exists && ++tries < MostNames);
        Error.Check(error, path, "cannot be written");
        return name;
    }

    private void Make(Change change, ref StagedFile? staged)
    {
        switch (change)
        {
            case PutFile put when staged is not null:
                Rename(put, staged);
                staged = null;
                return;
            case PutFile:
                return;
            case SetHostname host:
                _maker.SetHostname(host);
                return;
            case PutFolder or PutLink or SetAttributes or RemovePath:
                break;
            default:
                throw new ArgumentException($"{change.Subject}: no change of files", nameof(change));
        }

        using Spot spot = FindAllowed(change.Subject);
        if (spot.Missing.Count > 0 && change is not RemovePath)
            throw NodeMaker.NoFolder(spot);
        NodeState? now = spot.Missing.Count > 0 ? null : _facts.Look(spot);
        PathFact? before = change switch
        {
            PutLink put => put.Before,
            SetAttributes set => set.Before,
            RemovePath remove => remove.Before,
            _ => null,
        };
        if (before is null || _changed.Covers(change.Subject))
            Touch(spot, now);
        else if (IsDoneOrAsPlanned(spot, now, change, before))
            return;
        if (!_check.IsDone(spot, now, change))
            _maker.Make(change, spot, now);
    }

    private void Rename(PutFile put, StagedFile staged)
    {
        using Spot spot = FindAllowed(put.Path);
        if (spot.Missing.Count > 0)
            throw NodeMaker.NoFolder(spot);
        NodeState? now = _facts.Look(spot);
        bool isAsSeen = staged.IsCompared && (now is null ? staged.Seen is null : now.IsUntouched(staged.Seen));
        if (isAsSeen || _changed.Covers(put.Path))
            Touch(spot, now);
        else if (IsDoneOrAsPlanned(spot, now, put, put.Before))
        {
            _ = _calls.Remove(staged.Folder, staged.Name, isFolder: false);
            return;
        }

        if (now is { Kind: PathKind.Folder })
            throw new IOException($"{put.Path} cannot be written: it is a folder");
        int error = Place(staged, spot, now);
        if (error is Error.OtherFileSystem or Error.NoEntry)
        {
            // A link or a removal earlier in the plan led elsewhere than the way did before.
            _ = _calls.Remove(staged.Folder, staged.Name, isFolder: false);
            error = Place(StageAgain(put, spot, now), spot, now);
        }

        if (error == Error.Exists)
            throw new StalePlanException(put.Path, "came to be there");
        Error.Check(error, put.Path, "cannot be put in its place");
        _desk.Change(spot);
        _desk.Change(staged.FolderIdentity);
    }

    private StagedFile StageAgain(PutFile put, Spot spot, NodeState? now)
    {
        List<OpenNode> written = [];
        try
        {
            StagedFile again = Write(put, spot, now, isCompared: true, written);
            OpenNode.Sync(_calls, written);
            return again;
        }
        finally
        {
            foreach (OpenNode file in written)
                file.Handle.Dispose();
        }
    }

    private int Place(StagedFile staged, Spot spot, NodeState? now)
    {
        int error = _calls.Stat(staged.Folder, staged.Name, out NodeState written);
        if (error != 0)
            return error;
        if (!staged.State.IsSame(written))
            throw new IOException($"{staged.Path} cannot be written: somebody put another file in place of what was");
        return _calls.Rename(staged.Folder, staged.Name, spot.Folder, spot.Name, replaces: now is not null);
    }

    private bool IsDoneOrAsPlanned(Spot spot, NodeState? now, Change change, PathFact before)
    {
        Touch(spot, now);
        string difference = _check.Difference(spot, now, before);
        if (difference.Length == 0)
            return false;
        return _check.IsDone(spot, now, change) ? true : throw new StalePlanException(change.Subject, difference);
    }

    private Spot FindAllowed(string path)
    {
        Spot spot = _walk.Find(path);
        string refusal = _facts.RefusalOf(spot);
        if (refusal.Length == 0)
            return spot;
        spot.Dispose();
        throw new IOException($"{path} {refusal}");
    }

    private static void Touch(Spot spot, NodeState? now)
    {
        string refusal = now is null ? "" : FactReader.RefusalOf(spot, now);
        if (refusal.Length > 0)
            throw new IOException($"{spot.Path} {refusal}");
    }
}
