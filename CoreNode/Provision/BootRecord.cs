using System.Text;
using CoreNode.Provision.Model;

namespace CoreNode.Provision;

/// <summary>
/// What provisioning remembers, in files of the machine itself and written as all others are: over boots the state and
/// the last user data, for this boot what units and scripts were told.
/// </summary>
public sealed class BootRecord(IMachineRoot root)
{
    /// <summary>Folder of what is remembered over boots; root's alone.</summary>
    public const string Folder = "/var/lib/corenode/provision";

    /// <summary>A <see cref="BootState"/>.</summary>
    public const string StateFile = Folder + "/state.json";

    /// <summary>The last user data (<see cref="KeptUserData"/>).</summary>
    public const string KeptFile = Folder + "/user-data.json";

    private const int FolderMode = 0x1ED; // 0755
    private const int OwnFolderMode = 0x1C0; // 0700
    private const int FileMode = 0x180; // 0600
    private const string From = "provisioning";

    /// <summary>What is remembered over boots; a damaged file counts as none.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public BootState ReadState() =>
        Content(StateFile) is { } text ? BootState.Read(text) ?? BootState.Fresh : BootState.Fresh;

    /// <summary>Remembers it.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void WriteState(BootState state) => Write(StateFile, state.Write());

    /// <summary>The user data of the last boot; null: none is kept.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public IReadOnlyList<UserData>? ReadKept() => Content(KeptFile) is { } text ? KeptUserData.Read(text) : null;

    /// <summary>Keeps user data for a boot at which no source answers.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void WriteKept(IReadOnlyList<UserData> inputs) => Write(KeptFile, KeptUserData.Write(inputs));

    /// <summary>Marks of what was done since this boot.</summary>
    /// <exception cref="IOException">They cannot be read.</exception>
    public IReadOnlyList<string> ReadDone() => Content(ProvisionPaths.Done) is { } text
        ? Encoding.UTF8.GetString(text.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries)
        : [];

    /// <summary>Notes what was done since this boot.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void WriteDone(IReadOnlyList<string> marks) =>
        Write(ProvisionPaths.Done, Encoding.UTF8.GetBytes(string.Join('\n', marks) + "\n"));

    private ReadOnlyMemory<byte>? Content(string path) =>
        root.Read([path]).GetValueOrDefault(path) is { Kind: PathKind.File, Content: { } content } ? content : null;

    private void Write(string path, byte[] content)
    {
        List<string> folders = [];
        for (int slash = path.IndexOf('/', 1); slash > 0; slash = path.IndexOf('/', slash + 1))
            folders.Add(path[..slash]);
        IReadOnlyDictionary<string, PathFact> facts = root.Read([.. folders, path]);
        List<Change> changes = [];
        foreach (string folder in folders)
        {
            int mode = folder == folders[^1] ? OwnFolderMode : FolderMode;
            if (facts[folder].Kind == PathKind.Absent)
                changes.Add(new PutFolder(folder, mode, 0, 0, From));
        }

        PathFact before = facts[path];
        if (!before.Holds(content))
            changes.Add(new PutFile(path, content, FileMode, 0, 0, before, From) { IsSecret = true });
        root.Apply(changes, static _ => { });
    }
}
