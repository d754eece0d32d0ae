using CoreNode.Provision.Model;

namespace CoreNode.Tests.Provision.Planning;

/// <summary>What a plan makes of /etc/skel.</summary>
[TestFixture, Category("Unit")]
internal sealed class HomeTests
{
    [Test]
    public void A_home_is_roots_until_it_is_filled_and_the_users_last()
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/skel/a", "text");
        Plan plan = machine.Apply(Wishes.Users(new DesiredUser("anna")));
        PutFolder made = plan.Changes.OfType<PutFolder>().Single(static put => put.Path == "/home/anna");
        Assert.That((made.Mode, made.User), Is.EqualTo((0x340, 0u)));
        Assert.That(plan.Changes[^3].Subject, Is.EqualTo("/home/anna/a"));
        Assert.That(plan.Changes[^2], Is.InstanceOf<SetAttributes>());
        Assert.That(machine.Node("/home/anna") is { Mode: 0x1ED, User: 1000, Group: 1000 }, Is.True);
    }

    [Test]
    public void A_folder_that_a_configuration_wants_of_a_home_leaves_it_to_its_user()
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/skel/a", "text");
        DesiredMachine desired = Wishes.Users(new DesiredUser("anna"), new DesiredUser("bert")) with
        {
            Folders = [new DesiredFolder("/home/anna") { Mode = 0x1C0 }, new DesiredFolder("/home/bert")],
        };
        machine.Apply(desired);
        Assert.That(machine.Node("/home/anna") is { Mode: 0x1C0, User: 1000, Group: 1000 }, Is.True);
        Assert.That(machine.Node("/home/bert") is { Mode: 0x1ED, User: 1001, Group: 1001 }, Is.True);
        Assert.That(machine.Plan(desired).Changes, Is.Empty);
    }

    [Test]
    public void What_a_configuration_writes_there_is_copied_as_it_will_be()
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/skel/a", "old", 0x180);
        machine.Link("/etc/skel/b", "a");
        machine.Apply(Wishes.Users(new DesiredUser("anna")) with
        {
            Files =
            [
                Wishes.File("/etc/skel/a", "new"), Wishes.File("/etc/skel/b", "file") with { Mode = 0x1C0 },
                Wishes.File("/home/anna/own/x", "x"),
            ],
            Links = [new DesiredLink("/etc/skel/name", "a") { IsHard = true }],
        });
        Assert.That(machine.Text("/home/anna/a"), Is.EqualTo("new"));
        Assert.That(machine.Node("/home/anna/a").Mode, Is.EqualTo(0x180));
        Assert.That(machine.Node("/home/anna/b") is { Kind: PathKind.File, Mode: 0x1C0 }, Is.True);
        Assert.That(machine.Text("/home/anna/name"), Is.EqualTo("new"));
    }

    [Test]
    public void What_is_too_large_is_left_out_and_said()
    {
        FakeMachine machine = FakeMachine.New();
        machine.LongestRead = 1000;
        machine.File("/etc/skel/large", new string('x', 1001));
        machine.Device("/etc/skel/device");
        Plan plan = machine.Apply(Wishes.Users(new DesiredUser("anna")));
        Assert.That(Wishes.Warnings(plan), Does.Contain("/etc/skel/large is not copied into the home of anna"));
        Assert.That(machine.Find("/home/anna/large"), Is.Null);
        Assert.That(machine.Node("/home/anna") is { Mode: 0x1ED, User: 1000 }, Is.True);
    }

    [TestCase("/etc/skel")]
    [TestCase("/etc/skel/anna")]
    public void A_home_in_the_skeleton_ends(string home)
    {
        FakeMachine machine = FakeMachine.New();
        if (home != "/etc/skel")
            machine.File("/etc/skel/a", "text");
        machine.Apply(Wishes.Users(new DesiredUser("anna") { Home = home }));
        Assert.That(machine.Node(home).Kind, Is.EqualTo(PathKind.Folder));
        Assert.That(machine.Find($"{home}/a"), Is.Null);
    }
}
