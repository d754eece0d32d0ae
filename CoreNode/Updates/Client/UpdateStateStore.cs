using CoreNode.Platform;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Updates.Client;

/// <summary>
/// The state file: replaced as a whole, and on the disk when <see cref="Save"/> returns (docs/formats.md). One thread.
/// </summary>
internal sealed class UpdateStateStore(IFiles files, string folder)
{
    private const string Name = "state";

    private string Path => System.IO.Path.Combine(folder, Name);

    /// <summary>
    /// The state that was saved last, or that of a machine that has none; why what is there could not be used, if so:
    /// it is kept beside it then.
    /// </summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public LoadedState Load()
    {
        files.CreateFolder(folder);
        if (!files.Exists(Path))
            return new LoadedState(UpdateState.Initial, "");
        UpdateStateFile read;
        using (IFile file = files.Open(Path, create: false))
        {
            // One byte more than may be, so that a longer one is seen as such.
            byte[] content = new byte[Math.Min(file.Length, UpdateStateCodec.MaxBytes + 1)];
            int length = file.Read(0, content);
            read = UpdateStateCodec.Read(content.AsSpan(0, length));
        }

        if (read.State is { } state)
            return new LoadedState(state, "");
        string aside = Path + ".aside";
        files.Rename(Path, aside);
        files.SyncFolder(folder);
        return new LoadedState(UpdateState.Initial, $"{Path} cannot be used: {read.Problem} (now {aside})");
    }

    /// <summary>Saves a state.</summary>
    /// <exception cref="IOException">The disk fails; what was saved before is still there.</exception>
    public void Save(UpdateState state)
    {
        string part = Path + ".part";
        using (IFile file = files.Open(part, create: true))
        {
            file.SetLength(0);
            file.Write(0, UpdateStateCodec.Write(state));
            file.Sync();
        }

        files.Rename(part, Path);
        files.SyncFolder(folder);
    }
}
