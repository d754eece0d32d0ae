using System.Text;
using CoreNode.Provision.Applying;
using CoreNode.Provision.Model;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Provision.Applying;

/// <summary>Each kind of change on real files, with owners and modes, and what is read of them.</summary>
[TestFixture, Category("Conformance")]
internal sealed class ApplyTests
{
    private ScratchRoot _root = null!;

    [SetUp]
    public void SetUp() => _root = new ScratchRoot();

    [TearDown]
    public void TearDown() => _root.Dispose();

    [TestCase("644")]
    [TestCase("600")]
    [TestCase("4755")]
    [TestCase("2750")]
    [TestCase("6711")]
    [TestCase("0")]
    public void A_new_file_has_its_owner_and_all_bits_of_its_mode(string mode)
    {
        using MachineRoot root = _root.Open();
        _root.Folder("/opt", "2775");
        root.Apply(new PutFile("/opt/x", "new"u8.ToArray(), Convert.ToInt32(mode, 8), 7, 8, PathFact.Absent, "test"));
        Assert.That(_root.Attributes("/opt/x"), Is.EqualTo($"{mode} 7:8"));
        Assert.That(_root.Text("/opt/x"), Is.EqualTo("new"));
        Assert.That(Directory.GetFileSystemEntries(_root.Real("/opt")), Has.Length.EqualTo(1), "nothing beside it");
    }

    [Test]
    public void A_file_is_replaced_as_a_whole_and_whoever_has_it_open_keeps_the_old_one()
    {
        _root.Write("/etc/x", "old", "600", owner: 5);
        using MachineRoot root = _root.Open();
        using StreamReader reader = new(_root.Real("/etc/x"));
        root.Apply(ScratchRoot.File644("/etc/x", "new", root.Read(["/etc/x"])["/etc/x"]));
        Assert.That(_root.Text("/etc/x"), Is.EqualTo("new"));
        Assert.That(_root.Attributes("/etc/x"), Is.EqualTo("644 0:0"));
        Assert.That(reader.ReadToEnd(), Is.EqualTo("old"));
    }

    [Test]
    public void A_file_takes_the_place_of_a_link_and_what_that_led_to_stays()
    {
        _root.Write("/etc/target", "kept");
        _root.Link("/etc/x", "target");
        using MachineRoot root = _root.Open();
        root.Apply(ScratchRoot.File644("/etc/x", "new", root.Read(["/etc/x"])["/etc/x"]));
        Assert.That(_root.Fact("/etc/x").Kind, Is.EqualTo(PathKind.File));
        Assert.That(_root.Text("/etc/target"), Is.EqualTo("kept"));
    }

    [Test]
    public void Folders_links_and_second_names_are_made_with_their_owners()
    {
        _root.Write("/etc/file", "text");
        using MachineRoot root = _root.Open();
        root.Apply(
            [
                new PutFolder("/a", 0x1C0, 11, 12, "test"),
                new PutFolder("/a/b", 0x5FD, 13, 14, "test"),
                new PutLink("/a/b/link", "../nowhere", false, 15, 16, PathFact.Absent, "test"),
                new PutLink("/a/name", "/etc/file", true, 0, 0, PathFact.Absent, "test"),
                ScratchRoot.File644("/a/b/file", "new", PathFact.Absent),
            ],
            static _ => { });
        Assert.That(_root.Attributes("/a"), Is.EqualTo("700 11:12"));
        Assert.That(_root.Attributes("/a/b"), Is.EqualTo("2775 13:14"));
        PathFact link = _root.Fact("/a/b/link");
        Assert.That((link.Target, link.User, link.Group), Is.EqualTo(("../nowhere", 15u, 16u)));
        Assert.That(_root.Fact("/a/name").Identity, Is.EqualTo(_root.Fact("/etc/file").Identity));
        Assert.That(_root.Text("/a/b/file"), Is.EqualTo("new"));
    }

    [Test]
    public void Links_are_replaced_and_a_link_to_a_folder_is_not_entered()
    {
        _root.Folder("/etc/folder");
        _root.Link("/etc/x", "folder");
        using MachineRoot root = _root.Open();
        PathFact before = root.Read(["/etc/x"])["/etc/x"];
        Assert.That((before.Kind, before.Target), Is.EqualTo((PathKind.Link, "folder")));
        root.Apply(new PutLink("/etc/x", "/dev/null", false, 0, 0, before, "test"));
        Assert.That(_root.Fact("/etc/x").Target, Is.EqualTo("/dev/null"));
        Assert.That(Directory.GetFileSystemEntries(_root.Real("/etc/folder")), Is.Empty);
    }

    [Test]
    public void Attributes_change_alone_and_never_through_a_link()
    {
        _root.Write("/etc/x", "text", "4755");
        _root.Write("/etc/y", "text");
        _root.Link("/etc/link", "y");
        _root.Folder("/etc/folder", "755");
        using MachineRoot root = _root.Open();
        IReadOnlyDictionary<string, PathFact> facts = root.Read(["/etc/x", "/etc/link", "/etc/folder"]);
        root.Apply(new SetAttributes("/etc/x", 0xDED, 20, 21, facts["/etc/x"], "test"));
        root.Apply(new SetAttributes("/etc/link", 0x1FF, 22, 23, facts["/etc/link"], "test"));
        root.Apply(new SetAttributes("/etc/folder", 0x3FF, 0, 0, facts["/etc/folder"], "test"));
        Assert.That(_root.Attributes("/etc/x"), Is.EqualTo("6755 20:21"), "set-user-id survives a new owner");
        Assert.That(_root.Fact("/etc/link").User, Is.EqualTo(22));
        Assert.That(_root.Attributes("/etc/y"), Is.EqualTo("644 0:0"));
        Assert.That(_root.Attributes("/etc/folder"), Is.EqualTo("1777 0:0"));
    }

    [Test]
    public void Removing_takes_a_name_an_empty_folder_or_a_whole_one_and_no_more()
    {
        _root.Write("/a/b/c/file", "text");
        _root.Write("/keep/file", "kept");
        _root.Link("/a/out", _root.Outside);
        _root.Link("/a/in", "/keep");
        _root.Folder("/empty");
        using MachineRoot root = _root.Open();
        IReadOnlyDictionary<string, PathFact> facts = root.Read(["/a", "/a/in", "/empty", "/none"]);
        IOException full = Assert.Throws<IOException>(
            () => root.Apply(new RemovePath("/a", false, facts["/a"], "test")))!;
        Assert.That(full.Message, Does.Contain("/a cannot be removed: the folder is not empty"));
        root.Apply(
            [
                new RemovePath("/a/in", false, facts["/a/in"], "test"),
                new RemovePath("/a", true, facts["/a"], "test"),
                new RemovePath("/empty", false, facts["/empty"], "test"),
                new RemovePath("/none", true, facts["/none"], "test"),
            ],
            static _ => { });
        Assert.That(_root.Snapshot().Keys, Is.EqualTo(new[] { "/keep", "/keep/file" }));
        _root.CheckOutside();
    }

    [Test]
    public void A_tree_that_was_removed_makes_room_for_files_of_the_same_plan()
    {
        _root.Write("/a/old", "text");
        using MachineRoot root = _root.Open();
        IReadOnlyDictionary<string, PathFact> facts = root.Read(["/a", "/a/new"]);
        List<string> told = [];
        root.Apply(
            [
                ScratchRoot.File644("/a/old2", "first", PathFact.Absent),
                new RemovePath("/a", true, facts["/a"], "test"),
                new PutLink("/a", "b", false, 0, 0, facts["/a"], "test"),
                new PutFolder("/b", 0x1ED, 0, 0, "test"),
                ScratchRoot.File644("/a/new", "second", facts["/a/new"]),
            ],
            change => told.Add(change.Subject));
        Assert.That(told, Is.EqualTo(new[] { "/a/old2", "/a", "/a", "/b", "/a/new" }));
        Assert.That(_root.Snapshot().Keys, Is.EqualTo(new[] { "/a", "/b", "/b/new" }));
    }

    [Test]
    public void Doing_it_twice_is_as_doing_it_once()
    {
        _root.Write("/etc/x", "old");
        _root.Write("/etc/gone", "old");
        _root.Write("/etc/attr", "old");
        using MachineRoot root = _root.Open();
        IReadOnlyDictionary<string, PathFact> facts = root.Read(["/etc/x", "/etc/gone", "/etc/attr"]);
        Change[] changes =
        [
            new PutFolder("/opt", 0x1ED, 0, 0, "test"),
            ScratchRoot.File644("/etc/x", "new", facts["/etc/x"]),
            new PutLink("/etc/l", "x", false, 0, 0, PathFact.Absent, "test"),
            new SetAttributes("/etc/attr", 0x180, 1, 1, facts["/etc/attr"], "test"),
            new RemovePath("/etc/gone", false, facts["/etc/gone"], "test"),
        ];
        root.Apply(changes, static _ => { });
        SortedDictionary<string, string> once = _root.Snapshot();
        FaultyCalls calls = new();
        _root.Open(calls).Apply(changes, static _ => { });
        Assert.That(_root.Snapshot(), Is.EqualTo(once));
        Assert.That(calls.Effects, Is.Zero, "the second time nothing is written at all");
    }

    [Test]
    public void What_somebody_else_changed_meanwhile_is_left_to_a_new_plan()
    {
        _root.Write("/etc/x", "old");
        _root.Write("/etc/replaced", "old");
        _root.Write("/etc/mode", "old");
        _root.Write("/etc/gone", "old");
        _root.Link("/etc/link", "x");
        _root.Folder("/etc/folder");
        string[] paths =
            ["/etc/x", "/etc/replaced", "/etc/mode", "/etc/gone", "/etc/link", "/etc/folder", "/etc/new", "/etc/sub"];
        using MachineRoot root = _root.Open();
        IReadOnlyDictionary<string, PathFact> facts = root.Read(paths);
        File.WriteAllText(_root.Real("/etc/x"), "odd");
        File.WriteAllText(_root.Real("/etc/other"), "old");
        File.Move(_root.Real("/etc/other"), _root.Real("/etc/replaced"), overwrite: true);
        File.SetUnixFileMode(_root.Real("/etc/mode"), UnixFileMode.UserRead);
        File.Delete(_root.Real("/etc/gone"));
        File.Delete(_root.Real("/etc/link"));
        _root.Link("/etc/link", "y");
        Directory.Delete(_root.Real("/etc/folder"));
        _root.Write("/etc/folder", "a file");
        _root.Write("/etc/new", "somebody's");
        SortedDictionary<string, string> before = _root.Snapshot();
        Expect("was changed", ScratchRoot.File644("/etc/x", "new", facts["/etc/x"]));
        Expect("was replaced", ScratchRoot.File644("/etc/replaced", "new", facts["/etc/replaced"]));
        Expect("got another owner or mode", ScratchRoot.File644("/etc/mode", "new", facts["/etc/mode"]));
        Expect("went away", new SetAttributes("/etc/gone", 0, 1, 1, facts["/etc/gone"], "test"));
        Expect("was ", new PutLink("/etc/link", "z", false, 0, 0, facts["/etc/link"], "test"));
        Expect("became something else", new RemovePath("/etc/folder", true, facts["/etc/folder"], "test"));
        Expect("came to be there", ScratchRoot.File644("/etc/new", "new", facts["/etc/new"]));
        Assert.That(_root.Snapshot(), Is.EqualTo(before));

        void Expect(string what, Change change)
        {
            StalePlanException stale = Assert.Throws<StalePlanException>(() => root.Apply(change))!;
            Assert.That(stale.Message, Does.StartWith($"{change.Subject} {what}"));
            Assert.That(stale.Message, Does.Contain("since the plan was made").And.Contain("make the plan anew"));
        }
    }

    [Test]
    public void Content_is_read_up_to_a_limit_and_told_by_length_and_hash_above()
    {
        _root.Write("/etc/most", new string('x', FactReader.LimitBytes));
        _root.Write("/etc/more", new string('x', FactReader.LimitBytes + 1));
        PathFact most = _root.Fact("/etc/most");
        PathFact more = _root.Fact("/etc/more");
        Assert.That((most.Content?.Length, most.Length), Is.EqualTo(((int?)FactReader.LimitBytes, 4L << 20)));
        Assert.That((more.Content.HasValue, more.Length), Is.EqualTo((false, (4L << 20) + 1)));
        Assert.That((most.Hash.Length, more.Hash.Length), Is.EqualTo((0, 64)));
        Assert.That(more.Holds(Encoding.UTF8.GetBytes(new string('x', FactReader.LimitBytes + 1))), Is.True);
        Assert.That(more.Holds(Encoding.UTF8.GetBytes(new string('y', FactReader.LimitBytes + 1))), Is.False);
        Assert.That(_root.Fact("/etc/none"), Is.EqualTo(PathFact.Absent));
        Assert.That(_root.Fact("/none/none"), Is.EqualTo(PathFact.Absent));
    }

    [Test]
    public void A_large_file_is_compared_with_what_was_seen_and_with_what_is_wanted()
    {
        string large = new('x', FactReader.LimitBytes + 10);
        _root.Write("/etc/x", large);
        using MachineRoot root = _root.Open();
        PathFact before = root.Read(["/etc/x"])["/etc/x"];
        File.WriteAllText(_root.Real("/etc/x"), large[1..] + "y");
        PutFile put = ScratchRoot.File644("/etc/x", large[2..] + "zz", before);
        Assert.That(
            Assert.Throws<StalePlanException>(() => root.Apply(put))!.Message, Does.StartWith("/etc/x was changed"));
        File.WriteAllText(_root.Real("/etc/x"), large[2..] + "zz");
        FaultyCalls calls = new();
        _root.Open(calls).Apply(put);
        Assert.That(calls.Effects, Is.Zero, "it is there as wanted already");
    }

    [Test]
    public void The_names_in_a_folder_are_told_where_they_are_asked_for()
    {
        _root.Write("/etc/b", "");
        _root.Write("/etc/a/c", "");
        _root.Link("/etc/z", "a");
        using MachineRoot root = _root.Open();
        IReadOnlyDictionary<string, PathFact> facts = root.Read(["/etc", "/etc/", "/etc/b/", "/etc/z/", "/none/"]);
        Assert.That(facts["/etc"].Names, Is.Empty);
        Assert.That(facts["/etc/"].Names, Is.EqualTo(new[] { "a", "b", "z" }));
        foreach (string path in (string[])["/etc/b/", "/etc/z/", "/none/"])
            Assert.That((facts[path].Kind, facts[path].Names), Is.EqualTo((PathKind.Absent, Array.Empty<string>())));
    }

    [TestCase("etc/x", "is not absolute")]
    [TestCase("", "is not absolute")]
    [TestCase("/etc/../x", "has \"..\" in it")]
    [TestCase("/./x", "has \".\" in it")]
    [TestCase("/etc//x", "has an empty name in it")]
    [TestCase("/etc/", "has an empty name in it")]
    [TestCase("/etc/x\0y", "has a zero byte in it")]
    [TestCase("/", "is the root itself")]
    public void Paths_that_are_none_are_refused(string path, string reason)
    {
        _root.Folder("/etc");
        using MachineRoot root = _root.Open();
        Assert.That(root.Read([path])[path].Refusal, Is.EqualTo(reason));
        foreach (Change change in new Change[]
            {
                ScratchRoot.File644(path, "new", PathFact.Absent),
                new PutFolder(path, 0x1ED, 0, 0, "test"),
                new SetAttributes(path, 0x1ED, 0, 0, new PathFact(PathKind.Folder), "test"),
                new RemovePath(path, true, new PathFact(PathKind.Folder), "test"),
            })
        {
            IOException refused = Assert.Throws<IOException>(() => root.Apply(change))!;
            Assert.That(refused.Message, Does.Contain(reason));
        }

        Assert.That(_root.Snapshot().Keys, Is.EqualTo(new[] { "/etc" }));
        _root.CheckOutside();
    }

    [Test]
    public void What_cannot_be_made_is_told_with_its_path()
    {
        _root.Write("/etc/file", "text");
        using MachineRoot root = _root.Open();
        Expect("/a/b/c cannot be made: /a is not there", ScratchRoot.File644("/a/b/c", "", PathFact.Absent));
        Expect(
            "/etc/file/x leads through /etc/file, which is no folder",
            ScratchRoot.File644("/etc/file/x", "", PathFact.Absent));
        Expect("/etc/file cannot become a folder", new PutFolder("/etc/file", 0, 0, 0, "test"));
        Expect(
            "/etc/name cannot become another name of /etc/none, which is no file that is there",
            new PutLink("/etc/name", "/etc/none", true, 0, 0, PathFact.Absent, "test"));
        string name = "/etc/" + new string('n', 300);
        Expect("the name is too long", ScratchRoot.File644(name, "", PathFact.Absent));
        Assert.That(_root.Snapshot().Keys, Is.EqualTo(new[] { "/etc", "/etc/file" }));

        void Expect(string what, Change change)
        {
            IOException refused = Assert.Throws<IOException>(() => root.Apply(change))!;
            Assert.That(refused.Message, Does.Contain(what));
        }
    }

    [Test]
    public async Task Devices_pipes_and_sockets_are_never_touched()
    {
        _root.Folder("/dev");
        ProgramResult made = await ProgramResult.OfAsync("mknod", [_root.Real("/dev/null2"), "c", "1", "3"]);
        ProgramResult pipe = await ProgramResult.OfAsync("mknod", [_root.Real("/dev/pipe"), "p"]);
        Assert.That((made.ExitCode, pipe.ExitCode), Is.EqualTo((0, 0)), made.Error);
        using MachineRoot root = _root.Open();
        foreach (string path in (string[])["/dev/null2", "/dev/pipe"])
        {
            PathFact fact = root.Read([path])[path];
            Assert.That(fact.Kind, Is.EqualTo(PathKind.Other));
            Assert.That(fact.Refusal, Does.Contain("is a device, a pipe or a socket"));
            foreach (Change change in new Change[]
                {
                    ScratchRoot.File644(path, "new", fact),
                    new PutLink(path, "x", false, 0, 0, fact, "test"),
                    new SetAttributes(path, 0x1FF, 1, 1, fact, "test"),
                    new RemovePath(path, true, fact, "test"),
                })
            {
                Assert.That(
                    Assert.Throws<IOException>(() => root.Apply(change))!.Message,
                    Does.StartWith($"{path} is a device, a pipe or a socket"));
            }
        }

        Assert.That(_root.Snapshot().Count, Is.EqualTo(3));
    }

    [Test]
    public void Accounts_are_read_as_text_and_those_of_no_ordinary_file_are_not()
    {
        _root.Write("/etc/passwd", "root:x:0:0:Würzel:/root:/bin/sh\n");
        using MachineRoot root = _root.Open();
        Assert.That(root.ReadAccounts(), Is.EqualTo(new AccountTexts("root:x:0:0:Würzel:/root:/bin/sh\n", "", "", "")));
        _root.Link("/etc/shadow", "passwd");
        Assert.That(
            Assert.Throws<IOException>(() => root.ReadAccounts())!.Message,
            Does.Contain("/etc/shadow is no ordinary file"));
    }

    [Test]
    public void Two_runs_do_not_work_on_one_root_at_once()
    {
        using MachineRoot first = _root.Open();
        using MachineRoot second = _root.Open();
        string told = "";
        first.Apply(
            [new PutFolder("/a", 0x1ED, 0, 0, "test")],
            _ => told = Assert.Throws<IOException>(
                () => second.Apply(new PutFolder("/b", 0x1ED, 0, 0, "test")))!.Message);
        Assert.That(told, Does.Contain("another run is changing it"));
        second.Apply(new PutFolder("/b", 0x1ED, 0, 0, "test"));
        Assert.That(_root.Snapshot().Keys, Is.EqualTo(new[] { "/a", "/b" }));
    }

    [Test]
    public void What_a_killed_run_left_goes_and_nothing_else()
    {
        _root.Write("/etc/.corenode-new-3", "half");
        _root.Write("/etc/.corenode-new-17/deep/file", "half");
        _root.Write("/etc/.corenode-other", "kept");
        _root.Write("/opt/.corenode-new-0", "half");
        _root.Link("/opt/.corenode-new-1", _root.Outside);
        _root.Write("/var/.corenode-new-0", "half");
        using MachineRoot root = _root.Open();
        root.Apply(ScratchRoot.File644("/etc/x", "new", PathFact.Absent));
        Assert.That(
            _root.Snapshot().Keys,
            Is.EqualTo(new[]
            {
                "/etc", "/etc/.corenode-other", "/etc/x", "/opt", "/opt/.corenode-new-0", "/opt/.corenode-new-1",
                "/var", "/var/.corenode-new-0",
            }));
        root.Read(["/opt/none", "/opt/other", "/var/none/deeper"]);
        root.Apply([], static _ => { });
        Assert.That(
            _root.Snapshot().Keys, Is.EqualTo(new[] { "/etc", "/etc/.corenode-other", "/etc/x", "/opt", "/var" }));
        _root.CheckOutside();
    }
}
