using System.Globalization;
using System.Text;
using CoreNode.Platform;
using CoreNode.Provision.Applying;
using CoreNode.Provision.Model;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Provision.Applying;

/// <summary>A root of a machine in a temporary folder, beside which nothing may change. Needs root.</summary>
internal sealed class ScratchRoot : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly List<MachineRoot> _opened = [];

    public ScratchRoot()
    {
        if (Environment.UserName != "root")
            Assert.Ignore("needs root: files get other owners");
        Directory.CreateDirectory(Path);
        Directory.CreateDirectory(Outside);
        File.WriteAllText(System.IO.Path.Combine(Outside, "victim"), "untouched");
    }

    /// <summary>The folder of the root.</summary>
    public string Path => _folder.File("root");

    /// <summary>A folder beside it.</summary>
    public string Outside => _folder.File("outside");

    public MachineRoot Open() => Open(new MachineCalls());

    public MachineRoot Open(ICalls calls, bool isMachine = false)
    {
        MachineRoot root = MachineRoot.Open(Path, calls, isMachine);
        _opened.Add(root);
        return root;
    }

    /// <summary>The path on this machine of one in the root.</summary>
    public string Real(string path) => Path + path;

    public void Folder(string path, string mode = "755", uint owner = 0)
    {
        Directory.CreateDirectory(Real(path));
        Own(path, mode, owner);
    }

    public void Write(string path, string content, string mode = "644", uint owner = 0)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Real(path))!);
        File.WriteAllText(Real(path), content);
        Own(path, mode, owner);
    }

    public void Link(string path, string target) => File.CreateSymbolicLink(Real(path), target);

    public string Text(string path) => File.ReadAllText(Real(path));

    /// <summary>The fact of a path, as a fresh reader sees it.</summary>
    public PathFact Fact(string path) => Open().Read([path])[path];

    /// <summary>Mode in octal, owner and group, as "4755 0:0".</summary>
    public string Attributes(string path)
    {
        PathFact fact = Fact(path);
        return string.Create(
            CultureInfo.InvariantCulture, $"{Convert.ToString(fact.Mode, 8)} {fact.User}:{fact.Group}");
    }

    public static PutFile File644(string path, string content, PathFact before) =>
        new(path, Encoding.UTF8.GetBytes(content), Convert.ToInt32("644", 8), 0, 0, before, "test");

    /// <summary>Everything in the root: path, kind, mode, owner, content or target.</summary>
    public SortedDictionary<string, string> Snapshot()
    {
        SortedDictionary<string, string> found = new(StringComparer.Ordinal);
        Add(Open(), "", found);
        return found;
    }

    /// <summary>The names beside the root and what is in them are as they were.</summary>
    public void CheckOutside()
    {
        Assert.That(
            Directory.GetFileSystemEntries(Outside), Is.EqualTo(new[] { System.IO.Path.Combine(Outside, "victim") }));
        Assert.That(File.ReadAllText(System.IO.Path.Combine(Outside, "victim")), Is.EqualTo("untouched"));
        Assert.That(Directory.GetFileSystemEntries(_folder.Path), Has.Length.EqualTo(2));
    }

    public void Dispose()
    {
        foreach (MachineRoot root in _opened)
            root.Dispose();
        _folder.Dispose();
    }

    private void Own(string path, string mode, uint owner)
    {
        Accounts.Give(Real(path), owner, owner);
        File.SetUnixFileMode(Real(path), (UnixFileMode)Convert.ToInt32(mode, 8));
    }

    private void Add(MachineRoot root, string folder, SortedDictionary<string, string> found)
    {
        foreach (string entry in Directory.GetFileSystemEntries(Real(folder)))
        {
            string path = entry[Path.Length..];
            PathFact fact = root.Read([path])[path];
            string content = fact.Content is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : fact.Target;
            string mode = fact.Kind == PathKind.Link ? "" : Convert.ToString(fact.Mode, 8);
            found[path] = string.Create(
                CultureInfo.InvariantCulture, $"{fact.Kind} {mode} {fact.User}:{fact.Group} {content}");
            if (fact.Kind == PathKind.Folder)
                Add(root, path, found);
        }
    }
}
