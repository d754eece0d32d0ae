using CoreNode.Platform;

namespace CoreNode.Reboots.Service;

/// <summary>
/// The state file: replaced as a whole, and on the disk when <see cref="Save"/> returns (docs/formats.md). One thread.
/// </summary>
internal sealed class RebootStateStore(IFiles files, string folder)
{
    private string File => Path.Combine(folder, "state");

    /// <summary>
    /// What was saved last; no state, and no problem, where none was; a problem where it cannot be used: it is kept
    /// aside then.
    /// </summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public RebootStateFile Load()
    {
        files.CreateFolder(folder);
        if (!files.Exists(File))
            return new RebootStateFile(null, "");
        RebootStateFile read;
        using (IFile file = files.Open(File, create: false))
        {
            // One byte more than may be, so that a longer one is seen as such.
            byte[] content = new byte[Math.Min(file.Length, RebootStateCodec.MaxBytes + 1)];
            read = RebootStateCodec.Read(content.AsSpan(0, file.Read(0, content)));
        }

        if (read.State is not null)
            return read;
        string aside = File + ".aside";
        files.Rename(File, aside);
        files.SyncFolder(folder);
        return new RebootStateFile(null, $"{File} cannot be used: {read.Problem} (now {aside})");
    }

    /// <summary>Saves a state.</summary>
    /// <exception cref="IOException">The disk fails; what was saved before is still there.</exception>
    public void Save(RebootState state)
    {
        string part = File + ".part";
        using (IFile file = files.Open(part, create: true))
        {
            file.SetLength(0);
            file.Write(0, RebootStateCodec.Write(state));
            file.Sync();
        }

        files.Rename(part, File);
        files.SyncFolder(folder);
    }
}
