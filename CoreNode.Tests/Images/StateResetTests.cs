using CoreNode.Images;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Images;

/// <summary>A factory reset: all goes but what is kept, whenever it is broken off.</summary>
[TestFixture, Category("Fault")]
internal sealed class StateResetTests
{
    private static readonly string[] s_keep = ["etc/machine-id", "etc/ssh/ssh_host_*", "srv/photos"];

    private TestFolder _root = null!;
    private TestFolder _beside = null!;

    [SetUp]
    public void Make()
    {
        _root = new TestFolder();
        _beside = new TestFolder();
        File.WriteAllText(_beside.File("other"), "not of this machine");
        Fill(_root);
    }

    [TearDown]
    public void Remove()
    {
        _root.Dispose();
        _beside.Dispose();
    }

    [Test]
    public void Without_an_order_nothing_is_touched()
    {
        List<string> before = Names();
        Assert.That(StateReset.Run(_root.Path, static _ => Assert.Fail("nothing may be removed")), Is.Null);
        Assert.That(Names(), Is.EqualTo(before));
    }

    [Test]
    public void Everything_goes_but_lost_and_found()
    {
        StateReset.Order(_root.Path, []);
        Assert.That(StateReset.Run(_root.Path, static _ => { }), Is.Empty);
        Assert.That(Names(), Is.EqualTo(new[] { "lost+found", "lost+found/#12" }));
        Assert.That(File.ReadAllText(_beside.File("other")), Is.EqualTo("not of this machine"), "no link is followed");
    }

    [Test]
    public void What_is_kept_stays_with_the_folders_that_lead_to_it()
    {
        StateReset.Order(_root.Path, s_keep);
        Assert.That(StateReset.Run(_root.Path, static _ => { }), Is.Empty);
        Assert.That(Names(), Is.EqualTo(Kept()));
        Assert.That(File.ReadAllText(_root.File("etc/machine-id")), Is.EqualTo("/etc/machine-id"));
    }

    [Test]
    public void Broken_off_before_any_step_the_next_start_goes_on()
    {
        int steps = 0;
        StateReset.Order(_root.Path, s_keep);
        StateReset.Run(_root.Path, _ => steps++);
        Assert.That(steps, Is.GreaterThan(12));
        for (int cut = 0; cut < steps; cut++)
        {
            using TestFolder root = new();
            Fill(root);
            StateReset.Order(root.Path, s_keep);
            int done = 0;
            Assert.Throws<OperationCanceledException>(() => StateReset.Run(
                root.Path, _ => { if (done++ == cut) throw new OperationCanceledException(); }));
            Assert.That(File.Exists(root.File(StateReset.OrderName)), Is.True, $"step {cut}: the order is still there");
            // And once more, while the next start goes on.
            int again = 0;
            try
            {
                StateReset.Run(root.Path, _ => { if (again++ == 1) throw new OperationCanceledException(); });
            }
            catch (OperationCanceledException)
            {
                Assert.That(File.Exists(root.File(StateReset.OrderName)), Is.True);
            }

            StateReset.Run(root.Path, static _ => { });
            Assert.That(Names(root), Is.EqualTo(Kept()), $"step {cut}");
        }
    }

    [TestCase("corenode-reset 2\nend\n")]
    [TestCase("corenode-reset 1\nkeep etc")]
    [TestCase("corenode-reset 1\nkeep ../etc\nend\n")]
    [TestCase("corenode-reset 1\nforget etc\nend\n")]
    [TestCase("")]
    public void An_order_that_is_not_understood_removes_nothing(string text)
    {
        List<string> before = Names();
        File.WriteAllText(_root.File(StateReset.OrderName), text);
        IReadOnlyList<string> told = StateReset.Run(_root.Path, static _ => Assert.Fail("nothing may be removed"))!;
        Assert.That(told.Single(), Does.Contain("is no order that this version knows: nothing was removed"));
        Assert.That(Names().Where(static one => one != StateReset.OrderName), Is.EqualTo(before));
    }

    [Test]
    public void An_order_that_cannot_be_read_is_told_and_nothing_is_thrown()
    {
        List<string> before = Names();
        Directory.CreateDirectory(_root.File(StateReset.OrderName));
        IReadOnlyList<string> told = StateReset.Run(_root.Path, static _ => Assert.Fail("nothing may be removed"))!;
        Assert.That(told, Has.Count.EqualTo(1));
        Assert.That(Names().Where(static one => one != StateReset.OrderName), Is.EqualTo(before));
    }

    [TestCase("/etc/machine-id", null)]
    [TestCase("/srv/nothing", "/srv/nothing")]
    [TestCase("machine-id", null)]
    [TestCase("/etc/ssh/nothing*", null)]
    public void A_path_of_which_there_is_nothing_is_found(string word, string? missing) =>
        Assert.That(StateReset.Missing(_root.Path, [word]), Is.EqualTo(missing));

    [Test]
    public void An_order_is_taken_back()
    {
        Assert.That(StateReset.TakeBack(_root.Path), Is.False);
        StateReset.Order(_root.Path, []);
        Assert.That(StateReset.TakeBack(_root.Path), Is.True);
        Assert.That(StateReset.Run(_root.Path, static _ => { }), Is.Null);
    }

    [TestCase("machine-id", "etc/machine-id")]
    [TestCase("/srv/photos/", "srv/photos")]
    [TestCase("photos", null)]
    [TestCase("/a/../etc", null)]
    [TestCase("/", null)]
    public void Words_and_paths_stand_for_what_is_kept(string word, string? path) =>
        Assert.That(StateReset.PathsOf(word)?[0], Is.EqualTo(path));

    private void Fill(TestFolder root)
    {
        foreach (string file in new[]
        {
            "/etc/machine-id", "/etc/hostname", "/etc/ssh/ssh_host_rsa_key", "/etc/ssh/sshd_config", "/.etc-work/x",
            "/var/lib/corenode/raft/wal/0", "/home/core/.ssh/authorized_keys", "/srv/photos/a/b.jpg", "/srv/other",
            "/lost+found/#12", "/opt/deep/er/and/deeper/file",
        })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(root.Path + file)!);
            File.WriteAllText(root.Path + file, file);
        }

        File.CreateSymbolicLink(root.File("bin"), "usr/bin");
        File.CreateSymbolicLink(root.File("srv/link"), _beside.Path);
    }

    private static List<string> Kept() =>
    [
        "etc", "etc/machine-id", "etc/ssh", "etc/ssh/ssh_host_rsa_key", "lost+found", "lost+found/#12", "srv",
        "srv/photos", "srv/photos/a", "srv/photos/a/b.jpg",
    ];

    private List<string> Names() => Names(_root);

    private static List<string> Names(TestFolder root)
    {
        List<string> names = [];
        foreach (string path in Directory.EnumerateFileSystemEntries(
            root.Path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
        {
            names.Add(Path.GetRelativePath(root.Path, path));
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }
}
