using CoreNode.Platform;
using CoreNode.Provision.Applying;
using CoreNode.Provision.Model;

namespace CoreNode.Tests.Provision.Applying;

/// <summary>No link, whoever makes it and when, leads a change out of the root or to where a user wants it.</summary>
[TestFixture, Category("Conformance")]
internal sealed class EscapeTests
{
    private const uint Core = 1000;
    private const int LeastTries = 1000;
    private const int MostTries = 20_000;
    private const int LeastOfEach = 50;

    // Each state stays for up to about a millisecond, some times as long as one try takes.
    private const int MostStay = 30_000;

    private ScratchRoot _root = null!;

    [SetUp]
    public void SetUp() => _root = new ScratchRoot();

    [TearDown]
    public void TearDown() => _root.Dispose();

    [Test]
    public void Absolute_links_on_the_way_stay_inside_the_root()
    {
        _root.Folder(_root.Outside);
        _root.Folder("/etc");
        _root.Link("/etc/out", _root.Outside);
        using MachineRoot root = _root.Open();
        root.Apply(ScratchRoot.File644("/etc/out/x", "new", root.Read(["/etc/out/x"])["/etc/out/x"]));
        Assert.That(_root.Text(_root.Outside + "/x"), Is.EqualTo("new"));
        _root.CheckOutside();
    }

    [TestCase("../../../../outside")]
    [TestCase("../outside")]
    public void Links_with_parents_end_at_the_root(string target)
    {
        _root.Folder("/outside");
        _root.Folder("/etc");
        _root.Link("/etc/out", target);
        using MachineRoot root = _root.Open();
        root.Apply(ScratchRoot.File644("/etc/out/x", "new", PathFact.Absent));
        Assert.That(_root.Text("/outside/x"), Is.EqualTo("new"));
        _root.CheckOutside();
    }

    [Test]
    public void Chains_of_links_are_followed_and_loops_are_refused()
    {
        _root.Folder("/run/lock");
        _root.Folder("/var");
        _root.Link("/var/run", "../run");
        _root.Link("/var/lock", "/var/run/lock/./");
        _root.Link("/var/a", "b/x");
        _root.Link("/var/b", "/var/a/..");
        using MachineRoot root = _root.Open();
        root.Apply(ScratchRoot.File644("/var/lock/x", "new", PathFact.Absent));
        Assert.That(_root.Text("/run/lock/x"), Is.EqualTo("new"));
        Assert.That(
            root.Read(["/var/a/x"])["/var/a/x"].Refusal, Does.Contain("more than 40 links").And.Contain("loop"));
        Assert.That(
            Assert.Throws<IOException>(
                () => root.Apply(ScratchRoot.File644("/var/a/x", "", PathFact.Absent)))!.Message,
            Does.Contain("a loop"));
    }

    [Test]
    public void Usr_of_the_running_machine_is_refused_also_through_links()
    {
        _root.Folder("/usr/lib");
        _root.Folder("/usrlocal");
        _root.Link("/lib", "usr/lib");
        using MachineRoot machine = _root.Open(new MachineCalls(), isMachine: true);
        string[] paths = ["/usr/x", "/lib/x", "/usr", "/usr/none/deep", "/usrlocal/x", "/lib"];
        IReadOnlyDictionary<string, PathFact> facts = machine.Read(paths);
        foreach (string path in (string[])["/usr/x", "/usr", "/usr/none/deep"])
            Assert.That(facts[path].Refusal, Does.StartWith("is below /usr, which belongs to the system's image"));
        Assert.That(facts["/lib/x"].Refusal, Does.Contain("below /usr (as /usr/lib/x, by links)"));
        Assert.That((facts["/usrlocal/x"].Refusal, facts["/lib"].Refusal), Is.EqualTo(("", "")));
        Assert.That(
            Assert.Throws<IOException>(
                () => machine.Apply(ScratchRoot.File644("/lib/x", "new", PathFact.Absent)))!.Message,
            Does.StartWith("/lib/x is below /usr"));
        using MachineRoot image = _root.Open();
        image.Apply(ScratchRoot.File644("/lib/x", "new", PathFact.Absent));
        Assert.That(_root.Text("/usr/lib/x"), Is.EqualTo("new"), "the image of another machine is written");
    }

    [Test]
    public void The_real_root_is_the_machine_and_its_kernel_folders_keep_no_files()
    {
        using MachineRoot root = MachineRoot.Open("/");
        Assert.That(root.IsMachine, Is.True);
        string[] paths = ["/usr/bin/x", "/proc/sys/kernel/x", "/sys/x", "/etc/corenode-test-none"];
        IReadOnlyDictionary<string, PathFact> facts = root.Read(paths);
        Assert.That(facts["/usr/bin/x"].Refusal, Does.Contain("/usr"));
        Assert.That(facts["/proc/sys/kernel/x"].Refusal, Does.Contain("the kernel shows its own state"));
        Assert.That(facts["/sys/x"].Refusal, Does.Contain("the kernel shows its own state"));
        Assert.That(facts["/etc/corenode-test-none"], Is.EqualTo(PathFact.Absent));
        using MachineRoot other = _root.Open();
        Assert.That(other.IsMachine, Is.False);
    }

    [Test]
    public void A_users_links_are_not_followed_and_neither_are_those_in_folders_for_everybody()
    {
        _root.Write("/etc/shadow", "secret", "600");
        _root.Folder("/home/core", "755", Core);
        _root.Folder("/home/core/.ssh", "700", Core);
        _root.Link("/home/core/link", "/etc");
        _root.Link("/home/core/own", ".ssh");
        _root.Folder("/tmp", "1777");
        _root.Link("/tmp/link", "/etc");
        _root.Link("/home/alias", "core");
        using MachineRoot root = _root.Open();
        string[] paths = ["/home/core/link/x", "/home/core/own/x", "/tmp/link/x", "/home/alias/link/x"];
        foreach (string path in paths)
        {
            PathFact fact = root.Read([path])[path];
            Assert.That(fact.Refusal, Does.Contain("that others than root may change"), path);
            Assert.That(fact.Kind, Is.EqualTo(PathKind.Absent));
            Assert.Throws<IOException>(() => root.Apply(ScratchRoot.File644(path, "new", PathFact.Absent)));
        }

        Assert.That(root.Read(["/home/core/link/shadow"])["/home/core/link/shadow"].Content, Is.Null);
        root.Apply(ScratchRoot.File644("/home/alias/.ssh/x", "new", PathFact.Absent));
        Assert.That(_root.Text("/home/core/.ssh/x"), Is.EqualTo("new"), "root's own link to a home is followed");
        Assert.That(Directory.GetFileSystemEntries(_root.Real("/etc")), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_users_second_name_of_anothers_file_is_neither_read_nor_changed()
    {
        _root.Write("/etc/shadow", "secret", "600");
        _root.Folder("/home/core", "755", Core);
        _root.Folder("/tmp", "1777");
        _root.Open().Apply(
            [
                new PutLink("/home/core/keys", "/etc/shadow", true, 0, 0, PathFact.Absent, "test"),
                new PutLink("/tmp/keys", "/etc/shadow", true, 0, 0, PathFact.Absent, "test"),
            ],
            static _ => { });
        using MachineRoot root = _root.Open();
        foreach (string path in (string[])["/home/core/keys", "/tmp/keys"])
        {
            PathFact fact = root.Read([path])[path];
            Assert.That(fact.Content, Is.Null);
            Assert.That(fact.Refusal, Does.Contain("has 3 names"));
            Assert.That(
                Assert.Throws<IOException>(
                    () => root.Apply(new SetAttributes(path, 0x1B6, Core, Core, fact, "test")))!.Message,
                Does.StartWith($"{path} has 3 names"));
        }

        Assert.That(_root.Attributes("/etc/shadow"), Is.EqualTo("600 0:0"));
    }

    [TestCase(false, TestName = "A_folder_that_a_user_swaps_for_a_link_meanwhile_leads_nowhere")]
    [TestCase(true, TestName = "A_folder_that_a_user_swaps_for_a_link_to_etc_meanwhile_leads_nowhere")]
    public void A_folder_that_is_swapped_for_a_link_leads_nowhere(bool leadsInside)
    {
        _root.Write("/etc/x", "root's");
        _root.Folder("/home/core", "755", Core);
        _root.Folder("/home/core/d", "755", Core);
        _root.Link("/home/core/l", leadsInside ? "/etc" : _root.Outside);
        (int done, int refused) = Race("/home/core/d/x");
        TestContext.Out.WriteLine($"{done} done, {refused} refused");
        Assert.That(done, Is.Positive);
        Assert.That(refused, Is.Positive);
        Assert.That(_root.Text("/etc/x"), Is.EqualTo("root's"));
        Assert.That(Directory.GetFileSystemEntries(_root.Real("/etc")), Has.Length.EqualTo(1));
        Assert.That(Directory.GetFileSystemEntries(_root.Real("/home/core")), Has.Length.EqualTo(2));
        _root.CheckOutside();
    }

    [Test]
    public void A_folder_of_roots_that_is_swapped_for_a_link_leads_to_a_place_inside()
    {
        _root.Folder("/srv/d");
        _root.Link("/srv/l", _root.Outside);
        (int done, _) = Race("/srv/d/x");
        Assert.That(done, Is.Positive);
        Assert.That(_root.Snapshot().Keys, Is.EqualTo(new[] { "/srv", "/srv/d", "/srv/d/x", "/srv/l" }));
        _root.CheckOutside();
    }

    // Somebody swaps the folder ("d") for the link ("l") and back while a file is written in it again and again.
    private (int Done, int Refused) Race(string path)
    {
        string folder = Path.GetDirectoryName(_root.Real(path))!;
        string link = Path.Combine(Path.GetDirectoryName(folder)!, "l");
        bool isOver = false;
        Random random = new(MostStay);
        Thread swapper = new(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                LibC.Rename(folder, folder + "2");
                LibC.Rename(link, folder);
                Thread.SpinWait(random.Next(MostStay));
                LibC.Rename(folder, link);
                LibC.Rename(folder + "2", folder);
                Thread.SpinWait(random.Next(MostStay));
            }
        });
        swapper.Start();
        int done = 0;
        int refused = 0;
        using MachineRoot root = _root.Open();
        try
        {
            for (int i = 0; i < LeastTries || (i < MostTries && (done < LeastOfEach || refused < LeastOfEach)); i++)
            {
                try
                {
                    PathFact before = root.Read([path])[path];
                    root.Apply(ScratchRoot.File644(path, $"number {i}", before));
                    done++;
                }
                catch (IOException)
                {
                    refused++;
                }
            }
        }
        finally
        {
            Volatile.Write(ref isOver, true);
            swapper.Join();
        }

        return (done, refused);
    }
}
