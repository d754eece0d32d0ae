using System.Runtime.InteropServices;
using CoreNode.Platform;
using CoreNode.Provision.Model;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Provision.Applying;

/// <summary>
/// The files of a machine: those of the running one, or below a folder that is to become the root of one. Facts are
/// read and changes made so that nothing outside is ever reached, whatever links there are and whoever changes them
/// meanwhile; each change is done wholly or not at all, and all that was done is on the disk when a call returns. Links
/// on the way to a path are followed inside the root; the last name's is not. One thread at a time.
/// </summary>
public sealed class MachineRoot : IDisposable
{
    private static readonly string[] s_accountFiles = ["/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow"];

    private readonly ICalls _calls;
    private readonly SafeFileHandle _root;
    private readonly FolderWalk _walk;
    private readonly FactReader _facts;
    private readonly ChangedPaths _changed = new();

    // A path that was read of each folder, until the next run has looked for what a killed one left there.
    private readonly Dictionary<string, string> _looked = new(StringComparer.Ordinal);

    private MachineRoot(string folder, SafeFileHandle root, ICalls calls, bool isMachine)
    {
        Folder = folder;
        IsMachine = isMachine;
        _calls = calls;
        _root = root;
        _walk = new FolderWalk(calls, root, Accounts.OwnUser);
        _facts = new FactReader(calls, _walk, isMachine);
    }

    /// <summary>The root as it was named.</summary>
    public string Folder { get; }

    /// <summary>True for the root of the running machine: there /usr is refused, and the name can be set.</summary>
    public bool IsMachine { get; }

    /// <summary>Opens "/" or another root.</summary>
    /// <exception cref="IOException">It is not there or no folder.</exception>
    public static MachineRoot Open(string folder) => Open(folder, new MachineCalls(), null);

    /// <summary>Opens a root that is reached by other calls, or counts as the machine's.</summary>
    internal static MachineRoot Open(string folder, ICalls calls, bool? isMachine)
    {
        SafeFileHandle root = OpenFolder(folder);
        try
        {
            Error.Check(calls.Stat(root, "", out NodeState state), folder, "cannot be looked at");
            using SafeFileHandle machine = OpenFolder("/");
            Error.Check(calls.Stat(machine, "", out NodeState own), "/", "cannot be looked at");
            return new MachineRoot(folder, root, calls, isMachine ?? state.IsSame(own));
        }
        catch
        {
            root.Dispose();
            throw;
        }
    }

    /// <summary>True for changes that <see cref="Apply(Change)"/> makes: of files, and the machine's name.</summary>
    public static bool IsOfFiles(Change change) =>
        change is PutFile or PutFolder or PutLink or SetAttributes or RemovePath or SetHostname;

    /// <summary>
    /// Reads users and groups, as UTF-8; who writes such a file anew takes its bytes from <see cref="Read"/>, so that
    /// what is none is kept.
    /// </summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public AccountTexts ReadAccounts()
    {
        string[] texts = Array.ConvertAll(s_accountFiles, _facts.ReadText);
        return new AccountTexts(texts[0], texts[1], texts[2], texts[3]);
    }

    /// <summary>
    /// Keeps everybody else from changing accounts until it is disposed; taken before they are read. Waits up to 15
    /// seconds, and says for whom.
    /// </summary>
    /// <exception cref="IOException">Somebody else has held it for so long, or it cannot be taken.</exception>
    /// <exception cref="OperationCanceledException">The wait was broken off.</exception>
    public IDisposable LockAccounts(Action<string> told, CancellationToken stop) =>
        AccountLock.Take(_calls, _walk, told, stop) ?? Stream.Null;

    /// <summary>
    /// What is at each path; of one with a "/" behind it also the names in that folder. Files above 4 MiB are told by
    /// their length and hash. What was read last is what changes are compared with.
    /// </summary>
    /// <exception cref="IOException">Something cannot be looked at.</exception>
    public IReadOnlyDictionary<string, PathFact> Read(IEnumerable<string> paths)
    {
        _changed.Clear();
        Dictionary<string, PathFact> facts = new(StringComparer.Ordinal);
        foreach (string path in paths)
        {
            facts[path] = _facts.Read(path);
            if (FactReader.IsOfNames(path))
                continue;
            _looked[path[..Math.Max(0, path.LastIndexOf('/'))]] = path;
        }

        return facts;
    }

    /// <summary>Makes one change; see the other overload.</summary>
    public void Apply(Change change) => Apply([change], static _ => { });

    /// <summary>
    /// Makes changes in their order, each of which <see cref="IsOfFiles"/>, and tells each that has taken effect.
    /// Ended in the middle, every file is the old or the new one, and a plan that is made anew has the rest. What a run
    /// that was killed left beside the paths that were read is removed first, also without changes.
    /// </summary>
    /// <exception cref="StalePlanException">Somebody else changed something since it was read.</exception>
    /// <exception cref="IOException">Something cannot be done; what was told is done.</exception>
    public void Apply(IReadOnlyList<Change> changes, Action<Change> told)
    {
        if (changes.Count + _looked.Count == 0)
            return;
        using SafeFileHandle held = LockRoot();
        using ChangeRun run = new(_calls, _walk, _facts, _changed);
        foreach (string path in _looked.Values)
            run.Clear(path);
        _looked.Clear();
        run.Make(changes, told);
    }

    /// <inheritdoc/>
    public void Dispose() => _root.Dispose();

    private static SafeFileHandle OpenFolder(string folder)
    {
        const int flags = OpenFlags.Named | OpenFlags.Folder | OpenFlags.CloseOnExec;
        int descriptor = LibC.Open(folder, flags, 0);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw Error.Of(
                Marshal.GetLastPInvokeError(), folder,
                "cannot be opened as a root, which has to be a folder that is there");
    }

    // Two runs at once would remove each other's files that are not in their place yet.
    private SafeFileHandle LockRoot()
    {
        Error.Check(
            _calls.Open(_root, ".", OpenFlags.WholeFolder, 0, out SafeFileHandle root), Folder, "cannot be opened");
        int error = _calls.LockWhole(root);
        if (error == 0)
            return root;
        root.Dispose();
        throw error == Error.TryAgain
            ? new IOException($"{Folder}: another run is changing it; wait until it has ended, then run this again")
            : Error.Of(error, Folder, "cannot be locked");
    }
}
