using System.Text;
using CoreNode.Provision;
using CoreNode.Provision.Applying;
using CoreNode.Provision.Model;

namespace CoreNode.Tests.Provision;

/// <summary>A root in a folder of its own, which may lose power before any change.</summary>
internal sealed class ScratchMachine : IMachineRoot, IDisposable
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
        | UnixFileMode.OtherRead;

    private readonly MachineRoot _root;

    public ScratchMachine()
    {
        Folder = Directory.CreateTempSubdirectory("corenode-provision-").FullName;
        Write("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\ncore:x:500:500:CoreOS:/home/core:/bin/bash\n");
        Write("/etc/shadow", "root:*:19000:0:99999:7:::\ncore:*:19000:0:99999:7:::\n");
        Write("/etc/group", "root:x:0:\nwheel:x:10:\ndocker:x:233:\ncore:x:500:\nusers:x:100:\n");
        Write("/etc/gshadow", "root:*::\nwheel:!::\ndocker:!::\ncore:!::\nusers:!::\n");
        Directory.CreateDirectory($"{Folder}/run");
        _root = MachineRoot.Open(Folder);
    }

    public string Folder { get; }

    /// <summary>Power is lost before the change after so many.</summary>
    public int ChangesLeft { get; set; } = int.MaxValue;

    /// <summary>Its name now.</summary>
    public string Hostname { get; private set; } = "localhost";

    /// <summary>Changes of files that were made.</summary>
    public int Changes { get; private set; }

    public AccountTexts ReadAccounts() => _root.ReadAccounts();

    public IReadOnlyDictionary<string, PathFact> Read(IReadOnlyCollection<string> paths) => _root.Read(paths);

    public void Apply(IReadOnlyList<Change> changes, Action<Change> told)
    {
        if (changes.Count == 0)
            _root.Apply(changes, told);
        foreach (Change change in changes)
        {
            if (ChangesLeft-- <= 0)
                throw new InvalidOperationException("power is lost");
            _root.Apply([change], told);
            if (change is SetHostname named)
                Hostname = named.Name;
            Changes++;
        }
    }

    /// <summary>Happens while the lock of accounts is waited for.</summary>
    public Action LockWaited { get; set; } = static () => { };

    public IDisposable LockAccounts()
    {
        LockWaited();
        return _root.LockAccounts(static _ => { }, CancellationToken.None);
    }

    public void Write(string path, string text)
    {
        string full = Folder + path;
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        File.SetUnixFileMode(full, Readable);
    }

    public string Text(string path) => File.ReadAllText(Folder + path);

    public bool Has(string path) => Path.Exists(Folder + path);

    /// <summary>Everything there is but the lock: paths with modes, contents, targets of links.</summary>
    public string Tree()
    {
        StringBuilder tree = new();
        foreach (string path in Directory
            .EnumerateFileSystemEntries(Folder, "*", new EnumerationOptions
            {
                RecurseSubdirectories = true,
                AttributesToSkip = 0,
            })
            .Order(StringComparer.Ordinal))
        {
            if (path.EndsWith("/.pwd.lock", StringComparison.Ordinal))
                continue;
            FileSystemInfo info = new FileInfo(path);
            tree.Append(path[Folder.Length..]);
            if (info.LinkTarget is { } target)
                tree.Append(" -> ").Append(target);
            else
                tree.Append(' ').Append(Convert.ToString((int)info.UnixFileMode, 8));
            if (info.LinkTarget is null && File.Exists(path))
                tree.Append(": ").Append(File.ReadAllText(path).Replace("\n", "\\n", StringComparison.Ordinal));
            tree.Append('\n');
        }

        return tree.ToString();
    }

    public void Dispose()
    {
        _root.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
