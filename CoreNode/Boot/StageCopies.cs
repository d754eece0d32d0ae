using System.Text;
using CoreNode.Boot.Model;
using CoreNode.Platform;

namespace CoreNode.Boot;

/// <summary>
/// The two copies of the boot stage on the loader's partition, and what the loader is told of them. A copy without an
/// archive is none to the loader: it goes first when a copy is written and comes last, so at no moment there is half a
/// copy that the loader would start.
/// </summary>
/// <param name="files">The file system.</param>
/// <param name="folder">Where the copies are: folders a and b.</param>
/// <param name="forget">Makes the system forget what it remembers of a file, so that it is read from the disk.</param>
public sealed class StageCopies(IFiles files, string folder, Action<string> forget)
{
    /// <summary>Where the copies are on the loader's partition.</summary>
    public const string Folder = "corenode/boot";

    internal const string Kernel = "vmlinuz";
    internal const string Archive = "initrd";
    internal const string StateFile = "env";

    private const string About = "about";

    /// <summary>What the loader is told.</summary>
    public LoaderState ReadState() => LoaderState.Parse(files.Exists(Path("", StateFile)) ? Read("", StateFile) : []);

    /// <summary>Tells the loader. In place: it finds the file's blocks by itself, and writes to them.</summary>
    public void WriteState(LoaderState state)
    {
        using (IFile file = files.Open(Path("", StateFile), create: true))
        {
            file.Write(0, state.Format());
            file.Sync();
        }

        files.SyncFolder(folder);
    }

    /// <summary>Keeps others from changing the copies until it is disposed.</summary>
    /// <exception cref="IOException">Somebody else does.</exception>
    public IDisposable Lock() => files.TryLock(Path("", "lock"))
        ?? throw new IOException($"another process writes the copies in {folder}: wait for it");

    /// <summary>Looks whether a copy is whole.</summary>
    public StageCopy Look(char copy)
    {
        string name = copy.ToString();
        StageAbout? about = files.Exists(Path(name, About))
            ? StageAbout.Parse(Encoding.UTF8.GetString(Read(name, About)))
            : null;
        string? fault = null;
        foreach ((string file, string? wanted) in new[] { (Kernel, about?.KernelFile), (Archive, about?.ArchiveFile) })
        {
            if (!files.Exists(Path(name, file)))
                fault = $"{file} is missing: writing it did not come to its end";
            else if (wanted is null)
                fault ??= $"{About} is missing or damaged: nobody knows what it is";
            else if (StageContent.Describe(Read(name, file)) != wanted)
                fault ??= $"{file} is not what {About} says: it is damaged";
        }

        return new StageCopy(copy, about, fault);
    }

    /// <summary>True if that copy is whole, and is this.</summary>
    public bool Holds(char copy, StageContent content) =>
        Look(copy) is { Fault: null } found && found.About == content.About;

    /// <summary>A whole copy.</summary>
    /// <exception cref="IOException">It is not whole.</exception>
    public StageContent Load(char copy)
    {
        StageCopy found = Look(copy);
        if (found.Fault is { } fault)
            throw new IOException($"copy {copy} of the boot stage: {fault}");
        string name = copy.ToString();
        return new StageContent(found.About!, Read(name, Kernel), Read(name, Archive));
    }

    /// <summary>Writes a copy, and reads it back from the disk.</summary>
    /// <exception cref="IOException">The disk does not take it; the copy is none then.</exception>
    public void Write(char copy, StageContent content)
    {
        string name = copy.ToString();
        files.CreateFolder($"{folder}/{name}");
        foreach (string old in new[] { Archive, About, Kernel })
        {
            files.Delete(Path(name, old));
            files.SyncFolder($"{folder}/{name}");
        }

        Write(name, Kernel, content.Kernel);
        Write(name, About, Encoding.UTF8.GetBytes(content.About.Format()));
        const string Part = Archive + ".part";
        Write(name, Part, content.Archive);
        files.Rename(Path(name, Part), Path(name, Archive));
        files.SyncFolder($"{folder}/{name}");
    }

    private void Write(string copy, string name, ReadOnlyMemory<byte> content)
    {
        const int Step = 1 << 20;
        string path = Path(copy, name);
        files.Delete(path);
        using (IFile file = files.Open(path, create: true))
        {
            for (int at = 0; at < content.Length; at += Step)
                file.Write(at, content.Span[at..Math.Min(at + Step, content.Length)]);
            file.Sync();
        }

        files.SyncFolder($"{folder}/{copy}");
        forget(path);
        if (!Read(copy, name).AsSpan().SequenceEqual(content.Span))
            throw new IOException($"{path} is not what was written there: the disk does not keep what it is given");
    }

    private byte[] Read(string copy, string name)
    {
        using IFile file = files.Open(Path(copy, name), create: false);
        byte[] content = new byte[file.Length];
        return content[..file.Read(0, content)];
    }

    private string Path(string copy, string name) => copy.Length == 0 ? $"{folder}/{name}" : $"{folder}/{copy}/{name}";
}
