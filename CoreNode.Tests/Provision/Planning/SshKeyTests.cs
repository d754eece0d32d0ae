using CoreNode.Provision.Model;

namespace CoreNode.Tests.Provision.Planning;

/// <summary>Keys in homes.</summary>
[TestFixture, Category("Unit")]
internal sealed class SshKeyTests
{
    private const string All = "/home/core/.ssh/authorized_keys";
    private const string Parts = All + ".d";

    [Test]
    public void Keys_stand_in_a_part_of_their_own_and_in_what_sshd_reads()
    {
        FakeMachine machine = FakeMachine.New();
        machine.Apply(Keys("ssh-rsa A a", " ssh-rsa B b \n"));
        Assert.That(machine.Text(All), Is.EqualTo("ssh-rsa A a\nssh-rsa B b\n"));
        Assert.That(machine.Text($"{Parts}/corenode"), Is.EqualTo("ssh-rsa A a\nssh-rsa B b\n"));
        Assert.That(machine.Find($"{Parts}/orig"), Is.Null);
        foreach (string folder in (string[])["/home/core/.ssh", Parts])
            Assert.That(machine.Node(folder) is { Mode: 0x1C0, User: 500, Group: 500 }, Is.True, folder);
        foreach (string file in (string[])[All, $"{Parts}/corenode"])
            Assert.That(machine.Node(file) is { Mode: 0x180, User: 500, Group: 500 }, Is.True, file);
    }

    [Test]
    public void A_key_that_is_no_longer_wanted_goes_and_one_added_by_hand_stays()
    {
        FakeMachine machine = FakeMachine.New();
        machine.Apply(Keys("ssh-rsa A", "ssh-rsa B"));
        machine.File(All, machine.Text(All) + "# mine\nssh-rsa HAND\n", 0x180, 500, 500);
        machine.Apply(Keys("ssh-rsa B", "ssh-rsa C"));
        Assert.That(machine.Text(All), Is.EqualTo("ssh-rsa B\n# mine\nssh-rsa HAND\nssh-rsa C\n"));
        Assert.That(machine.Text($"{Parts}/corenode"), Is.EqualTo("ssh-rsa B\nssh-rsa C\n"));
    }

    [Test]
    public void Keys_that_were_there_first_are_kept_as_orig_and_never_go()
    {
        FakeMachine machine = FakeMachine.New();
        machine.File(All, "ssh-rsa FIRST\nssh-rsa A\n", 0x1A4, 0, 0);
        machine.Apply(Keys("ssh-rsa A", "ssh-rsa B"));
        Assert.That(machine.Text($"{Parts}/orig"), Is.EqualTo("ssh-rsa FIRST\nssh-rsa A\n"));
        Assert.That(machine.Node(All) is { Mode: 0x180, User: 500 }, Is.True);
        machine.Apply(Keys("ssh-rsa B"));
        Assert.That(machine.Text(All), Is.EqualTo("ssh-rsa FIRST\nssh-rsa A\nssh-rsa B\n"));
    }

    [Test]
    public void Keys_of_the_first_boot_stay_when_later_boots_do_not_know_them()
    {
        FakeMachine machine = FakeMachine.New();
        DesiredUser both = new("core") { SshKeys = ["ssh-rsa A"], FirstBootSshKeys = ["ssh-rsa I"] };
        machine.Apply(Wishes.Users(both));
        machine.Apply(Keys("ssh-rsa B"));
        Assert.That(machine.Text(All), Is.EqualTo("ssh-rsa I\nssh-rsa B\n"));
        Assert.That(machine.Text($"{Parts}/ignition"), Is.EqualTo("ssh-rsa I\n"));
    }

    [Test]
    public void Without_any_key_nothing_is_taken_away()
    {
        FakeMachine machine = FakeMachine.New();
        machine.Apply(Keys("ssh-rsa A"));
        Assert.That(machine.Apply(Keys()).Changes, Is.Empty);
        Assert.That(machine.Text(All), Is.EqualTo("ssh-rsa A\n"));
    }

    [Test]
    public void What_others_could_change_is_put_right()
    {
        FakeMachine machine = FakeMachine.New();
        machine.Folder("/home/core/.ssh", 0x1FF, 0, 0);
        machine.Apply(Keys("ssh-rsa A"));
        Assert.That(machine.Node("/home/core/.ssh") is { Mode: 0x1C0, User: 500, Group: 500 }, Is.True);
    }

    [TestCase("/home/core/.ssh")]
    [TestCase("/home/core/.ssh/authorized_keys")]
    [TestCase("/home/core/.ssh/authorized_keys.d")]
    public void A_link_in_a_home_is_not_followed(string path)
    {
        FakeMachine machine = FakeMachine.New();
        machine.Link(path, "/etc");
        Assert.That(Wishes.Errors(machine.Plan(Keys("ssh-rsa A"))), Does.Contain($"{path} is a link"));
    }

    [Test]
    public void A_home_behind_a_link_of_the_system_is_followed()
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/passwd", "core:x:500:500::/people/core:/bin/sh\n");
        machine.Link("/people", "var/people");
        machine.Apply(Keys("ssh-rsa A"));
        Assert.That(machine.Node("/var/people/core").User, Is.EqualTo(500));
        Assert.That(machine.Text("/var/people/core/.ssh/authorized_keys"), Is.EqualTo("ssh-rsa A\n"));
    }

    [TestCase("/")]
    [TestCase("")]
    [TestCase("/nonexistent")]
    [TestCase("home")]
    public void A_user_without_a_home_gets_no_keys_and_a_warning(string home)
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/passwd", $"core:x:500:500::{home}:/bin/sh\n");
        Plan plan = machine.Apply(Keys("ssh-rsa A"));
        Assert.That(Wishes.Warnings(plan), Does.Contain("cannot hold keys"));
        Assert.That(plan.Changes, Is.Empty);
    }

    [TestCase("/home/core", "a folder is needed")]
    [TestCase("/home/core/.ssh", "a folder is needed")]
    public void A_file_where_a_folder_is_needed_is_an_error(string path, string reason)
    {
        FakeMachine machine = FakeMachine.New();
        machine.File(path, "");
        Assert.That(Wishes.Errors(machine.Plan(Keys("ssh-rsa A"))), Does.Contain(path).And.Contain(reason));
    }

    [Test]
    public void A_folder_where_the_keys_are_to_be_is_an_error()
    {
        FakeMachine machine = FakeMachine.New();
        machine.Folder(All);
        Assert.That(Wishes.Errors(machine.Plan(Keys("ssh-rsa A"))), Does.Contain("is a folder"));
    }

    [Test]
    public void Keys_that_were_not_fetched_are_told_without_their_address()
    {
        DesiredUser user = new("core") { SshKeySources = [new Uri("http://a/?token=1")], HasNoHome = true };
        Plan plan = FakeMachine.New().Apply(Wishes.Users(user));
        Assert.That(Wishes.Warnings(plan), Does.Contain("were not fetched").And.Not.Contain("token"));
    }

    private static DesiredMachine Keys(params string[] keys) => Wishes.Users(new DesiredUser("core")
    {
        IsMade = false,
        SshKeys = keys,
        From = "user-data: ssh_authorized_keys",
    });
}
