using CoreNode.Provision.Applying;
using CoreNode.Provision.Model;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Provision.Applying;

/// <summary>Real file systems: mounted read-only, full, bound into a tree. Needs root; mounts inside it.</summary>
[TestFixture, Category("Fault")]
internal sealed class MountTests
{
    private readonly List<string> _mounted = [];
    private ScratchRoot _root = null!;

    [SetUp]
    public void SetUp() => _root = new ScratchRoot();

    [TearDown]
    public async Task TearDownAsync()
    {
        foreach (string path in _mounted)
            await ProgramResult.OfAsync("umount", [path]);
        _mounted.Clear();
        _root.Dispose();
    }

    [Test]
    public async Task What_is_mounted_read_only_is_refused_also_through_links()
    {
        _root.Write("/usr/lib/file", "text");
        _root.Link("/lib", "usr/lib");
        await MountAsync("/usr", "--bind", _root.Real("/usr"));
        ProgramResult changed = await ProgramResult.OfAsync("mount", ["-o", "remount,bind,ro", _root.Real("/usr")]);
        Assert.That(changed.ExitCode, Is.Zero, changed.Error);
        using MachineRoot root = _root.Open();
        IReadOnlyDictionary<string, PathFact> facts = root.Read(["/usr/lib/file", "/lib/new", "/usr/a/b", "/etc"]);
        Assert.That(facts["/usr/lib/file"].Content?.Length, Is.EqualTo(4), "it can be read");
        foreach (string path in (string[])["/usr/lib/file", "/lib/new", "/usr/a/b"])
        {
            Assert.That(facts[path].Refusal, Does.Contain("mounted read-only"));
            Assert.That(
                Assert.Throws<IOException>(() => root.Apply(ScratchRoot.File644(path, "", facts[path])))!.Message,
                Does.StartWith(path).And.Contain("mounted read-only"));
        }

        Assert.That(facts["/etc"].Refusal, Is.Empty);
    }

    [Test]
    public async Task A_full_file_system_leaves_all_old_and_says_where()
    {
        await MountAsync("/var", "-t", "tmpfs", "-o", "size=64k,mode=755", "small");
        _root.Write("/var/x", "old");
        using MachineRoot root = _root.Open();
        IReadOnlyDictionary<string, PathFact> facts = root.Read(["/var/x", "/var/y"]);
        byte[] large = new byte[100 << 10];
        IOException full = Assert.Throws<IOException>(
            () => root.Apply(
                [
                    ScratchRoot.File644("/var/x", "new", facts["/var/x"]),
                    new PutFile("/var/y", large, 0x1A4, 0, 0, facts["/var/y"], "test"),
                ],
                static _ => { }))!;
        Assert.That(
            full.Message, Does.StartWith("/var/y cannot be written").And.Contain("no space or no inode is left"));
        Assert.That(Directory.GetFileSystemEntries(_root.Real("/var")), Has.Length.EqualTo(1), "nothing beside");
        Assert.That(_root.Text("/var/x"), Is.EqualTo("old"));
        root.Apply(ScratchRoot.File644("/var/x", "new", facts["/var/x"]));
        Assert.That(_root.Text("/var/x"), Is.EqualTo("new"));
    }

    [Test]
    public async Task Mount_points_are_walked_through_but_never_removed_or_replaced()
    {
        _root.Write("/data/file", "kept");
        _root.Folder("/a/b/mount");
        await MountAsync("/a/b/mount", "--bind", _root.Real("/data"));
        _root.Write("/etc/resolv.conf", "old");
        _root.Write("/etc/other", "other");
        await MountAsync("/etc/resolv.conf", "--bind", _root.Real("/etc/other"));
        using MachineRoot root = _root.Open();
        IReadOnlyDictionary<string, PathFact> facts =
            root.Read(["/a", "/a/b/mount", "/a/b/mount/new", "/etc/resolv.conf"]);
        Assert.That(
            Assert.Throws<IOException>(() => root.Apply(new RemovePath("/a", true, facts["/a"], "test")))!.Message,
            Does.Contain("/a/b/mount cannot be removed: something is mounted there"));
        Assert.That(facts["/etc/resolv.conf"].Refusal, Does.Contain("has something mounted over it"));
        Assert.Throws<IOException>(
            () => root.Apply(ScratchRoot.File644("/etc/resolv.conf", "new", facts["/etc/resolv.conf"])));
        root.Apply(ScratchRoot.File644("/a/b/mount/new", "new", facts["/a/b/mount/new"]));
        Assert.That((_root.Text("/data/new"), _root.Text("/data/file")), Is.EqualTo(("new", "kept")));
    }

    [Test]
    public async Task Files_of_one_plan_go_to_several_file_systems()
    {
        _root.Folder("/var");
        _root.Folder("/etc");
        await MountAsync("/var", "-t", "tmpfs", "-o", "size=1m,mode=755", "small");
        using MachineRoot root = _root.Open();
        root.Apply(
            [
                ScratchRoot.File644("/etc/x", "etc", PathFact.Absent),
                new PutLink("/etc/into", "/var/lib", false, 0, 0, PathFact.Absent, "test"),
                new PutFolder("/var/lib", 0x1ED, 0, 0, "test"),
                ScratchRoot.File644("/var/lib/y", "var", PathFact.Absent),
                ScratchRoot.File644("/etc/into/z", "through a link of the same plan", PathFact.Absent),
            ],
            static _ => { });
        Assert.That(_root.Text("/etc/x"), Is.EqualTo("etc"));
        Assert.That(_root.Text("/var/lib/y"), Is.EqualTo("var"));
        Assert.That(_root.Text("/var/lib/z"), Does.StartWith("through"));
        Assert.That(_root.Snapshot().Keys.Where(p => p.Contains(".corenode", StringComparison.Ordinal)), Is.Empty);
    }

    private async Task MountAsync(string path, params string[] arguments)
    {
        if (!File.Exists(_root.Real(path)))
            Directory.CreateDirectory(_root.Real(path));
        ProgramResult mounted = await ProgramResult.OfAsync("mount", [.. arguments, _root.Real(path)]);
        if (mounted.ExitCode != 0)
            Assert.Ignore($"cannot mount here: {mounted.Error}");
        _mounted.Add(_root.Real(path));
    }
}
