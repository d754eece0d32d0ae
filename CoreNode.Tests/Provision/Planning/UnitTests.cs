using CoreNode.Provision.Model;

namespace CoreNode.Tests.Provision.Planning;

/// <summary>Unit files, masks and what enables units.</summary>
[TestFixture, Category("Unit")]
internal sealed class UnitTests
{
    private const string Etc = "/etc/systemd/system";
    private const string Run = "/run/systemd/system";
    private const string Install = "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n";

    [TestCase("web.service", false, "/etc/systemd/system")]
    [TestCase("web.service", true, "/run/systemd/system")]
    [TestCase("10-eth.network", false, "/etc/systemd/network")]
    [TestCase("10-eth.netdev", true, "/run/systemd/network")]
    public void A_unit_and_its_drop_ins_stand_where_systemd_looks(string name, bool isRuntime, string folder)
    {
        FakeMachine machine = FakeMachine.New();
        machine.Apply(Wishes.Units(new DesiredUnit(name)
        {
            Content = "[Match]\n",
            DropIns = [new DesiredDropIn("10-a.conf", "[Unit]\n")],
            IsRuntime = isRuntime,
        }));
        Assert.That(machine.Text($"{folder}/{name}"), Is.EqualTo("[Match]\n"));
        Assert.That(machine.Text($"{folder}/{name}.d/10-a.conf"), Is.EqualTo("[Unit]\n"));
        Assert.That(machine.Node($"{folder}/{name}") is { Mode: 0x1A4, User: 0 }, Is.True);
    }

    [TestCase("a/b.service")]
    [TestCase("")]
    [TestCase("..")]
    [TestCase("a b.service")]
    public void What_cannot_be_a_units_name_is_an_error(string name)
    {
        DesiredUnit unit = new(name) { Content = "x", Command = UnitVerb.Start };
        Plan plan = FakeMachine.New().Plan(Wishes.Units(unit));
        Assert.That(Wishes.Errors(plan), Does.Contain("cannot be the name of a unit"));
        Assert.That(plan.Changes, Is.Empty);
    }

    [TestCase("../x.conf")]
    [TestCase("x")]
    public void What_cannot_be_a_drop_ins_name_is_an_error(string name)
    {
        DesiredUnit unit = new("a.service") { DropIns = [new DesiredDropIn(name, "")] };
        Plan plan = FakeMachine.New().Plan(Wishes.Units(unit));
        Assert.That(Wishes.Errors(plan), Does.Contain("cannot be the name of a drop-in"));
    }

    [TestCase(false, "/etc/systemd/system/docker.service")]
    [TestCase(true, "/run/systemd/system/docker.service")]
    public void A_mask_is_a_link_to_nothing_and_is_taken_away_again(bool isRuntime, string path)
    {
        FakeMachine machine = FakeMachine.New();
        DesiredUnit unit = new("docker.service") { IsMasked = true, IsRuntime = isRuntime };
        machine.Apply(Wishes.Units(unit));
        Assert.That(machine.Node(path).Target, Is.EqualTo("/dev/null"));
        machine.Apply(Wishes.Units(unit with { IsMasked = false }));
        Assert.That(machine.Find(path), Is.Null);
    }

    [Test]
    public void A_mask_over_a_real_file_is_refused()
    {
        FakeMachine machine = FakeMachine.New();
        machine.File($"{Etc}/web.service", "[Service]\n");
        Plan plan = machine.Plan(Wishes.Units(new DesiredUnit("web.service") { IsMasked = true }));
        Assert.That(Wishes.Errors(plan), Does.Contain("is there already"));
        Assert.That(plan.Findings.Single().Suggestion, Does.Contain("runtime: true"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_unit_that_is_masked_with_its_text_is_masked(bool isThere)
    {
        FakeMachine machine = FakeMachine.New();
        if (isThere)
            machine.File($"{Etc}/web.service", "[Service]\n");
        DesiredUnit unit = new("web.service") { Content = "[Service]\n", IsMasked = true };
        Plan plan = machine.Apply(Wishes.Units(unit));
        Assert.That(machine.Node($"{Etc}/web.service").Target, Is.EqualTo("/dev/null"));
        Assert.That(Wishes.Warnings(plan), Does.Contain("is not written"));
    }

    [TestCase("/usr/lib/systemd/system/x.service")]
    [TestCase("")]
    public void Unmasking_leaves_what_is_no_mask(string target)
    {
        FakeMachine machine = FakeMachine.New();
        if (target.Length > 0)
            machine.Link($"{Etc}/x.service", target);
        else
            machine.File($"{Etc}/x.service", "[Service]\n");
        Assert.That(machine.Apply(Wishes.Units(new DesiredUnit("x.service") { IsMasked = false })).Changes, Is.Empty);
    }

    [TestCase("")]
    [TestCase("/etc/nothing")]
    [TestCase("../../../dev/null")]
    public void A_file_with_nothing_in_it_is_a_mask_too(string target)
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/nothing", "");
        if (target.Length > 0)
            machine.Link($"{Etc}/x.service", target);
        else
            machine.File($"{Etc}/x.service", "");
        machine.Apply(Wishes.Units(new DesiredUnit("x.service") { IsMasked = false }));
        Assert.That(machine.Find($"{Etc}/x.service"), Is.Null);
        Assert.That(machine.Find("/etc/nothing"), Is.Not.Null);
    }

    [Test]
    public void A_text_takes_the_place_of_a_mask()
    {
        FakeMachine machine = FakeMachine.New();
        machine.Link($"{Etc}/web.service", "/dev/null");
        DesiredUnit unit = new("web.service") { Content = Install, IsMasked = false, IsEnabled = true };
        machine.Apply(Wishes.Units(unit));
        Assert.That(machine.Text($"{Etc}/web.service"), Is.EqualTo(Install));
        Assert.That(machine.Find($"{Etc}/multi-user.target.wants/web.service"), Is.Not.Null);
    }

    [TestCase("WantedBy=a.target b.target", "a.target.wants/web.service b.target.wants/web.service")]
    [TestCase("WantedBy=a.target\nWantedBy=b.target", "a.target.wants/web.service b.target.wants/web.service")]
    [TestCase("WantedBy=a.target\nWantedBy=\nRequiredBy=c.target", "c.target.requires/web.service")]
    [TestCase("UpheldBy=a.service", "a.service.upholds/web.service")]
    [TestCase("Alias=w.service web.service", "w.service")]
    [TestCase("WantedBy=%p-x.target %N.target", "web-x.target.wants/web.service web.target.wants/web.service")]
    public void Enabling_makes_the_links_of_Install(string install, string links)
    {
        FakeMachine machine = FakeMachine.New();
        DesiredUnit unit = new("web.service") { Content = $"[Service]\n[Install]\n{install}\n", IsEnabled = true };
        Plan plan = machine.Apply(Wishes.Units(unit));
        string[] made = [.. plan.Changes.OfType<PutLink>().Select(static l => l.Path[(Etc.Length + 1)..])];
        Assert.That(made, Is.EquivalentTo(links.Split(' ')));
        Assert.That(plan.Changes.OfType<PutLink>(), Has.All.Property("Target").EqualTo($"{Etc}/web.service"));
        machine.Apply(Wishes.Units(unit with { IsEnabled = false }));
        foreach (string link in made)
            Assert.That(machine.Find($"{Etc}/{link}"), Is.Null, link);
    }

    [Test]
    public void Enabling_a_unit_of_the_image_reads_it_there_with_those_it_names()
    {
        FakeMachine machine = FakeMachine.New();
        DesiredUnit unit = new("docker.service") { IsEnabled = true };
        machine.Apply(Wishes.Units(unit));
        Assert.That(
            machine.Node($"{Etc}/multi-user.target.wants/docker.service").Target,
            Is.EqualTo("/usr/lib/systemd/system/docker.service"));
        Assert.That(
            machine.Node($"{Etc}/sockets.target.wants/docker.socket").Target,
            Is.EqualTo("/usr/lib/systemd/system/docker.socket"));
        machine.Apply(Wishes.Units(unit with { IsEnabled = false }));
        Assert.That(machine.Find($"{Etc}/sockets.target.wants/docker.socket"), Is.Null);
    }

    [Test]
    public void A_runtime_unit_is_enabled_below_run()
    {
        FakeMachine machine = FakeMachine.New();
        DesiredUnit unit = new("web.service") { Content = Install, IsEnabled = true, IsRuntime = true };
        machine.Apply(Wishes.Units(unit));
        Assert.That(
            machine.Node($"{Run}/multi-user.target.wants/web.service").Target, Is.EqualTo($"{Run}/web.service"));
    }

    [TestCase("db@1.service", "multi-user.target.wants/db@1.service", "")]
    [TestCase("db@.service", "multi-user.target.wants/db@main.service", "DefaultInstance=main\n")]
    [TestCase("db@.service", "", "")]
    public void An_instance_is_enabled_by_its_template(string name, string link, string more)
    {
        FakeMachine machine = FakeMachine.New();
        machine.File($"{Run}/db@.service", Install + more);
        Plan plan = machine.Apply(Wishes.Units(new DesiredUnit(name) { IsEnabled = true }));
        if (link.Length > 0)
            Assert.That(machine.Node($"{Etc}/{link}").Target, Is.EqualTo($"{Run}/db@.service"));
        else
            Assert.That(Wishes.Warnings(plan), Does.Contain("template without DefaultInstance"));
    }

    [Test]
    public void A_template_may_be_wanted_by_a_template()
    {
        FakeMachine machine = FakeMachine.New();
        machine.Apply(Wishes.Units(new DesiredUnit("db@.service")
        {
            Content = "[Install]\nWantedBy=app@.target\n",
            IsEnabled = true,
        }));
        Assert.That(machine.Find($"{Etc}/app@.target.wants/db@.service"), Is.Not.Null);
    }

    [Test]
    public void Install_of_a_drop_in_counts()
    {
        FakeMachine machine = FakeMachine.New();
        machine.Apply(Wishes.Units(new DesiredUnit("docker.service")
        {
            DropIns = [new DesiredDropIn("10.conf", "[Install]\nWantedBy=early.target\n")],
            IsEnabled = true,
        }));
        Assert.That(machine.Find($"{Etc}/early.target.wants/docker.service"), Is.Not.Null);
    }

    [TestCase("nothing.service", "", "no such unit")]
    [TestCase("web.service", "[Service]\n", "says nothing in [Install]")]
    [TestCase("web.service", "[Install]\nWantedBy=%H.target\n", "is no unit's name")]
    [TestCase("web.service", "[Install]\nWantedBy=../../x\n", "is no unit's name")]
    [TestCase("web.service", "[Install]\nno assignment\n", "cannot be read: line 2")]
    public void What_cannot_be_enabled_is_told(string name, string text, string reason)
    {
        FakeMachine machine = FakeMachine.New();
        if (text.Length > 0)
            machine.File($"{Etc}/{name}", text);
        Plan plan = machine.Apply(Wishes.Units(new DesiredUnit(name) { IsEnabled = true }));
        Assert.That(Wishes.Warnings(plan), Does.Contain(reason));
        Assert.That(plan.Changes, Is.Empty);
    }

    [Test]
    public void A_masked_unit_is_not_enabled()
    {
        FakeMachine machine = FakeMachine.New();
        DesiredUnit unit = new("docker.service") { IsEnabled = true, IsMasked = true };
        Plan plan = machine.Apply(Wishes.Units(unit));
        Assert.That(Wishes.Warnings(plan), Does.Contain("it is masked"));
        Assert.That(machine.Find($"{Etc}/multi-user.target.wants/docker.service"), Is.Null);
    }

    [TestCase("/lib/systemd/system/docker.service", 0)]
    [TestCase("../docker.service", 0)]
    [TestCase("/dev/null", 1)]
    public void A_link_of_that_unit_counts_wherever_it_leads(string target, int changes)
    {
        FakeMachine machine = FakeMachine.New();
        machine.Link($"{Etc}/sockets.target.wants/docker.socket", "x/docker.socket");
        machine.Link($"{Etc}/multi-user.target.wants/docker.service", target);
        Plan plan = machine.Apply(Wishes.Units(new DesiredUnit("docker.service") { IsEnabled = true }));
        Assert.That(plan.Changes.OfType<PutLink>().Count(), Is.EqualTo(changes));
    }

    [Test]
    public void A_file_in_the_way_of_a_link_is_an_error()
    {
        FakeMachine machine = FakeMachine.New();
        machine.File($"{Etc}/multi-user.target.wants/docker.service", "");
        Plan plan = machine.Plan(Wishes.Units(new DesiredUnit("docker.service") { IsEnabled = true }));
        Assert.That(Wishes.Errors(plan), Does.Contain("is no link"));
    }

    [Test]
    public void Disabling_takes_every_link_that_leads_to_the_unit_whoever_made_it()
    {
        FakeMachine machine = FakeMachine.New();
        (string Path, string Target)[] gone =
        [
            ("old.target.wants/docker.service", "/usr/lib/systemd/system/docker.service"),
            ("old.target.requires/docker.service", "../docker.service"),
            ("old.service.upholds/docker.service", "/nowhere/docker.service"),
            ("old.target.wants/dock.service", "../dock.service"),
            ("dock.service", "/usr/lib/systemd/system/docker.service"),
            ("multi-user.target.wants/docker.service", "/opt/other.service"),
        ];
        (string Path, string Target)[] kept =
        [
            ("old.target.wants/other.service", "/usr/lib/systemd/system/other.service"),
            ("masked.service", "/dev/null"),
            ("docker.service.d/link.conf", "/usr/lib/systemd/system/docker.service"),
        ];
        foreach ((string path, string target) in (IEnumerable<(string, string)>)[.. gone, .. kept])
            machine.Link($"{Etc}/{path}", target);
        machine.Apply(Wishes.Units(new DesiredUnit("docker.service") { IsEnabled = false }));
        Assert.That(machine.Links(), Is.EquivalentTo(kept.Select(static one => $"{Etc}/{one.Path} -> {one.Target}")));
    }

    [Test]
    public void A_unit_that_is_gone_loses_its_links_as_well()
    {
        FakeMachine machine = FakeMachine.New();
        machine.Link($"{Etc}/old.target.wants/gone.service", "/usr/lib/systemd/system/gone.service");
        machine.Link($"{Run}/old.target.wants/gone.service", "/usr/lib/systemd/system/gone.service");
        DesiredUnit unit = new("gone.service") { IsEnabled = false };
        machine.Apply(Wishes.Units(unit));
        Assert.That(machine.Find($"{Etc}/old.target.wants/gone.service"), Is.Null);
        Assert.That(machine.Find($"{Run}/old.target.wants/gone.service"), Is.Not.Null);
        machine.Apply(Wishes.Units(unit with { IsRuntime = true }));
        Assert.That(machine.Links(), Is.Empty);
    }

    [Test]
    public void An_instance_that_is_enabled_keeps_its_link_where_its_template_is_disabled()
    {
        FakeMachine machine = FakeMachine.New();
        machine.File($"{Etc}/db@.service", Install);
        machine.Link($"{Etc}/multi-user.target.wants/db@2.service", $"{Etc}/db@.service");
        DesiredMachine desired = Wishes.Units(
            new DesiredUnit("db@1.service") { IsEnabled = true }, new DesiredUnit("db@.service") { IsEnabled = false });
        machine.Apply(desired);
        Assert.That(
            machine.Links(), Is.EqualTo(new[] { $"{Etc}/multi-user.target.wants/db@1.service -> {Etc}/db@.service" }));
        Assert.That(machine.Plan(desired).Changes, Is.Empty);
    }

    [Test]
    public void Units_that_name_each_other_end()
    {
        FakeMachine machine = FakeMachine.New();
        machine.Apply(Wishes.Units(
            new DesiredUnit("a.service") { Content = "[Install]\nAlso=b.service\n", IsEnabled = true },
            new DesiredUnit("b.service") { Content = "[Install]\nAlso=a.service\nWantedBy=x.target\n" }));
        Assert.That(machine.Find($"{Etc}/x.target.wants/b.service"), Is.Not.Null);
    }
}
