using CoreNode.Documents;
using CoreNode.Provision.Model;

namespace CoreNode.Tests.Provision.Planning;

/// <summary>Folders, links and files.</summary>
[TestFixture, Category("Unit")]
internal sealed class FileTests
{
    [Test]
    public void A_file_that_is_too_large_to_be_read_is_compared_by_its_hash()
    {
        FakeMachine machine = FakeMachine.New();
        machine.LongestRead = 4;
        DesiredMachine desired = Wishes.Files(Wishes.File("/opt/large", "large") with { Replaces = false });
        machine.Apply(desired);
        Assert.That(machine.Apply(desired).Changes, Is.Empty);
        DesiredMachine other = Wishes.Files(Wishes.File("/opt/large", "LARGE"));
        Assert.That(machine.Plan(other).Changes.Single(), Is.InstanceOf<PutFile>());
    }

    [Test]
    public void A_new_file_gets_its_parents_and_default_attributes()
    {
        FakeMachine machine = FakeMachine.New();
        Plan plan = machine.Apply(Wishes.Files(
            Wishes.File("/opt/a/b", "x"), Wishes.File("/opt/a/key", "y") with { IsSecret = true }));
        Assert.That(machine.Node("/opt/a") is { Mode: 0x1ED, User: 0, Group: 0 }, Is.True);
        Assert.That(machine.Node("/opt/a/b") is { Mode: 0x1A4, User: 0, Group: 0 }, Is.True);
        Assert.That(machine.Node("/opt/a/key").Mode, Is.EqualTo(0x180));
        Assert.That(Subjects(plan), Is.EqualTo("/opt /opt/a /opt/a/b /opt/a/key"));
    }

    [TestCase(null, null, 0x180, 7u)]
    [TestCase(0x1ED, null, 0x1ED, 7u)]
    [TestCase(null, "core", 0x180, 500u)]
    public void What_is_not_said_of_a_file_that_is_there_stays(int? mode, string? user, int newMode, uint newUser)
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/x", "old", 0x180, 7, 8);
        machine.Apply(Wishes.Files(Wishes.File("/etc/x", "new") with { Mode = mode, User = user }));
        Assert.That(machine.Text("/etc/x"), Is.EqualTo("new"));
        FakeNode node = machine.Node("/etc/x");
        Assert.That((node.Mode, node.User, node.Group), Is.EqualTo((newMode, newUser, 8u)));
    }

    [Test]
    public void Only_attributes_change_where_the_content_is_the_same()
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/x", "same");
        Plan plan = machine.Apply(Wishes.Files(Wishes.File("/etc/x", "same") with { Mode = 0x9ED, Group = "docker" }));
        Assert.That(plan.Changes.Single(), Is.InstanceOf<SetAttributes>());
        Assert.That(machine.Node("/etc/x") is { Mode: 0x9ED, Group: 233 }, Is.True);
    }

    [Test]
    public void Owners_may_be_numbers_and_users_of_this_very_plan()
    {
        FakeMachine machine = FakeMachine.New();
        machine.Apply(new DesiredMachine
        {
            Users = [new DesiredUser("anna")],
            Files = [Wishes.File("/opt/a", "") with { User = "anna", Group = "77" }],
        });
        Assert.That(machine.Node("/opt/a") is { User: 1000, Group: 77 }, Is.True);
    }

    [Test]
    public void An_unknown_owner_is_an_error_with_its_place()
    {
        DesiredFile file = Wishes.File("/opt/a", "") with { User = "nobody-here", Place = new TextPlace(3, 5) };
        Finding error = FakeMachine.New().Plan(Wishes.Files(file)).Findings.Single();
        Assert.That(error.Severity, Is.EqualTo(Severity.Error));
        Assert.That((error.Source, error.Key), Is.EqualTo(("user-data", "write_files[0]")));
        Assert.That(error.Place, Is.EqualTo(new TextPlace(3, 5)));
        Assert.That(error.Reason, Does.Contain("user nobody-here"));
    }

    [TestCase("etc/x", "not absolute")]
    [TestCase("/etc/../usr/x", "\"..\"")]
    [TestCase("/etc/./x", "\".\"")]
    [TestCase("/etc//x", "empty part")]
    [TestCase("/etc/x/", "empty part")]
    [TestCase("/", "/ itself")]
    [TestCase("/etc/a\nb", "line end")]
    [TestCase("/usr/bin/x", "read-only")]
    [TestCase("/sys/kernel/x", "kernel's own")]
    [TestCase("/proc/sys/x", "kernel's own")]
    [TestCase("/dev/sda", "kernel's own")]
    [TestCase("/etc/fifo", "is a device, a pipe or a socket")]
    [TestCase("/etc/fifo/x", "is no folder")]
    [TestCase("/etc/passwd/x", "is no folder")]
    [TestCase("/etc/passwd", "use users", "suggestion")]
    [TestCase("/etc/shadow", "all accounts would be lost")]
    [TestCase("/etc/systemd", "a folder where a file is wanted")]
    [TestCase("/circle/x", "in a circle")]
    [TestCase("/home/core/link/x", "which is not followed")]
    [TestCase("/to-usr/x", "read-only")]
    public void Paths_that_are_not_written(string path, string reason, string where = "reason")
    {
        FakeMachine machine = FakeMachine.New();
        machine.Device("/etc/fifo");
        machine.Link("/circle", "/circle2");
        machine.Link("/circle2", "circle");
        machine.Link("/home/core/link", "/etc");
        machine.Link("/to-usr", "usr");
        Plan plan = machine.Plan(Wishes.Files(Wishes.File(path, "x")));
        Finding error = plan.Findings.Single();
        Assert.That(error.Severity, Is.EqualTo(Severity.Error));
        Assert.That(where == "reason" ? error.Reason : error.Suggestion, Does.Contain(reason));
        Assert.That(plan.Changes, Is.Empty);
    }

    [Test]
    public void Links_on_the_way_are_followed_and_what_they_lead_to_is_made()
    {
        FakeMachine machine = FakeMachine.New();
        machine.Link("/data", "mnt/big/../small");
        Plan plan = machine.Apply(Wishes.Files(Wishes.File("/data/x", "1")));
        Assert.That(Subjects(plan), Is.EqualTo("/mnt /mnt/small /mnt/small/x"));
        Assert.That(machine.Text("/data/x"), Is.EqualTo("1"));
    }

    [Test]
    public void A_link_where_the_file_is_to_be_is_replaced_not_followed()
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/real", "real");
        machine.Link("/etc/x", "real");
        machine.Apply(Wishes.Files(Wishes.File("/etc/x", "new")));
        Assert.That(machine.Node("/etc/x").Kind, Is.EqualTo(PathKind.File));
        Assert.That(machine.Text("/etc/real"), Is.EqualTo("real"));
    }

    [Test]
    public void Of_two_files_of_one_path_the_later_counts()
    {
        FakeMachine machine = FakeMachine.New();
        Plan plan = machine.Apply(Wishes.Files(
            Wishes.File("/etc/x", "1") with { Mode = 0x180 }, Wishes.File("/etc/x", "2")));
        Assert.That(plan.Changes, Has.Count.EqualTo(1));
        Assert.That(machine.Text("/etc/x"), Is.EqualTo("2"));
        Assert.That(machine.Node("/etc/x").Mode, Is.EqualTo(0x1A4));
    }

    [TestCase("old", false)]
    [TestCase("new", true)]
    public void Without_leave_to_replace_only_the_same_file_may_be_there(string there, bool isGood)
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/x", there);
        Plan plan = machine.Plan(Wishes.Files(Wishes.File("/etc/x", "new") with { Replaces = false }));
        Assert.That(Wishes.Errors(plan), isGood ? Is.Empty : Does.Contain("is there already"));
        Assert.That(plan.Changes, Is.Empty);
    }

    [TestCase("a", "abc")]
    [TestCase("abc", "abc")]
    [TestCase("xbc", "xbc")]
    [TestCase("", "bc")]
    public void What_is_added_is_added_once(string there, string after)
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/x", there);
        machine.Apply(Wishes.Files(
            Wishes.File("/etc/x", "b") with { Appends = true }, Wishes.File("/etc/x", "c") with { Appends = true }));
        Assert.That(machine.Text("/etc/x"), Is.EqualTo(after));
    }

    [Test]
    public void What_is_added_to_a_file_of_the_plan_makes_one_file()
    {
        FakeMachine machine = FakeMachine.New();
        machine.Apply(Wishes.Files(
            Wishes.File("/etc/x", "a"), Wishes.File("/etc/x", "b") with { Appends = true, Mode = 0x180 }));
        Assert.That(machine.Text("/etc/x"), Is.EqualTo("ab"));
        Assert.That(machine.Node("/etc/x").Mode, Is.EqualTo(0x180));
    }

    [Test]
    public void A_file_without_contents_is_made_empty_and_else_keeps_its_own()
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/x", "mine");
        DesiredFile[] files =
        [
            Wishes.File("/etc/x", "") with { HasContent = false, Replaces = false, Mode = 0x180 },
            Wishes.File("/etc/y", "") with { HasContent = false, Replaces = false },
        ];
        machine.Apply(Wishes.Files(files));
        Assert.That((machine.Text("/etc/x"), machine.Node("/etc/x").Mode), Is.EqualTo(("mine", 0x180)));
        Assert.That(machine.Text("/etc/y"), Is.Empty);
    }

    [Test]
    public void A_content_that_was_not_fetched_is_an_error()
    {
        DesiredFile file = Wishes.File("/etc/x", "") with
        {
            Remote = new RemoteContent(new Uri("http://a/?token=1"), false, "", []),
        };
        Plan plan = FakeMachine.New().Plan(Wishes.Files(file));
        Assert.That(Wishes.Errors(plan), Does.Contain("was not fetched").And.Not.Contain("token"));
    }

    [Test]
    public void Folders_get_their_attributes_whoever_comes_first()
    {
        FakeMachine machine = FakeMachine.New();
        machine.Apply(new DesiredMachine
        {
            Folders = [new DesiredFolder("/opt/a/b"), new DesiredFolder("/opt/a") { Mode = 0x1C0, User = "core" }],
            Files = [Wishes.File("/opt/a/b/c", "")],
        });
        Assert.That(machine.Node("/opt/a") is { Mode: 0x1C0, User: 500 }, Is.True);
        Assert.That(machine.Node("/opt/a/b").Mode, Is.EqualTo(0x1ED));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_file_gives_way_to_a_folder_where_that_is_wanted(bool replaces)
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/opt/a", "file");
        DesiredMachine desired = new() { Folders = [new DesiredFolder("/opt/a") { Replaces = replaces }] };
        if (replaces)
            Assert.That(Subjects(machine.Apply(desired)), Is.EqualTo("/opt/a /opt/a"));
        else
            Assert.That(Wishes.Errors(machine.Plan(desired)), Does.Contain("where a folder is wanted"));
    }

    [Test]
    public void Nothing_of_what_a_replaced_link_led_to_counts_as_there()
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/mnt/x", "same");
        machine.Link("/data", "/mnt");
        machine.Apply(new DesiredMachine
        {
            Folders = [new DesiredFolder("/data") { Replaces = true }],
            Files = [Wishes.File("/data/x", "same")],
        });
        Assert.That(machine.Node("/data").Kind, Is.EqualTo(PathKind.Folder));
        Assert.That(machine.Text("/data/x"), Is.EqualTo("same"));
    }

    [Test]
    public void A_link_of_the_plan_leads_what_is_below_it()
    {
        FakeMachine machine = FakeMachine.New();
        machine.Apply(new DesiredMachine
        {
            Links = [new DesiredLink("/data/deep", "/mnt/deep"), new DesiredLink("/data", "var/data")],
            Files = [Wishes.File("/data/x", "1"), Wishes.File("/data/deep/y", "2")],
        });
        Assert.That(machine.Text("/var/data/x"), Is.EqualTo("1"));
        Assert.That(machine.Text("/mnt/deep/y"), Is.EqualTo("2"));
    }

    [TestCase("file", false, "is there already")]
    [TestCase("file", true, "")]
    [TestCase("link", false, "is there already")]
    [TestCase("link", true, "")]
    [TestCase("same", false, "")]
    [TestCase("folder", true, "is a folder")]
    public void A_link_takes_the_place_of_something_else_only_where_that_is_wanted(
        string there, bool replaces, string reason)
    {
        FakeMachine machine = FakeMachine.New();
        if (there == "file")
            machine.File("/opt/l", "");
        else if (there == "folder")
            machine.Folder("/opt/l");
        else
            machine.Link("/opt/l", there == "same" ? "/target" : "/other");
        DesiredMachine desired = new() { Links = [new DesiredLink("/opt/l", "/target") { Replaces = replaces }] };
        Assert.That(Wishes.Errors(machine.Plan(desired)), reason.Length == 0 ? Is.Empty : Does.Contain(reason));
        if (reason.Length == 0)
        {
            machine.Apply(desired);
            Assert.That(machine.Node("/opt/l").Target, Is.EqualTo("/target"));
        }
    }

    [Test]
    public void A_hard_link_is_a_second_name_also_of_a_file_that_is_written_anew()
    {
        FakeMachine machine = FakeMachine.New();
        DesiredMachine Wish(string text) => new()
        {
            Links = [new DesiredLink("/opt/two", "/opt/one") { IsHard = true, Replaces = true }],
            Files = [Wishes.File("/opt/one", text)],
        };
        machine.Apply(Wish("1"));
        Assert.That(machine.Node("/opt/two").Inode, Is.EqualTo(machine.Node("/opt/one").Inode));
        Assert.That(machine.Apply(Wish("1")).Changes, Is.Empty);
        machine.Apply(Wish("2"));
        Assert.That(machine.Text("/opt/two"), Is.EqualTo("2"));
        Assert.That(machine.Node("/opt/two").Inode, Is.EqualTo(machine.Node("/opt/one").Inode));
    }

    [Test]
    public void A_hard_link_to_nothing_is_an_error()
    {
        DesiredMachine desired = new() { Links = [new DesiredLink("/opt/two", "/opt/one") { IsHard = true }] };
        Assert.That(Wishes.Errors(FakeMachine.New().Plan(desired)), Does.Contain("no file is there"));
    }

    [Test]
    public void Two_that_want_different_things_of_one_path_are_an_error()
    {
        DesiredMachine desired = new()
        {
            Folders = [new DesiredFolder("/opt/a") { From = "ud: directories[0]" }],
            Files = [Wishes.File("/opt/a", "x")],
        };
        Assert.That(
            Wishes.Errors(FakeMachine.New().Plan(desired)),
            Is.EqualTo("/opt/a cannot be a file: ud: directories[0] wants a folder there"));
    }

    [Test]
    public void Large_contents_are_compared_by_their_bytes()
    {
        FakeMachine machine = FakeMachine.New();
        string text = new('x', 300_000);
        machine.File("/etc/x", text);
        Assert.That(machine.Apply(Wishes.Files(Wishes.File("/etc/x", text))).Changes, Is.Empty);
        Assert.That(machine.Apply(Wishes.Files(Wishes.File("/etc/x", text[1..] + "y"))).Changes, Has.Count.EqualTo(1));
        Assert.That(machine.Text("/etc/x"), Has.Length.EqualTo(300_000));
    }

    private static string Subjects(Plan plan) => string.Join(' ', plan.Changes.Select(static c => c.Subject));
}
