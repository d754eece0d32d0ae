using System.Text;
using CoreNode.Provision.Model;

namespace CoreNode.Tests.Provision.Planning;

/// <summary>What is told to systemd, when, and how often.</summary>
[TestFixture, Category("Unit")]
internal sealed class WorkTests
{
    private static readonly DesiredUnit s_web = new("web.service")
    {
        Content = "[Service]\n",
        Command = UnitVerb.Restart,
    };

    [Test]
    public void Units_are_read_anew_once_before_the_commands_in_their_order()
    {
        FakeMachine machine = FakeMachine.New();
        machine.Apply(Wishes.Units(
            s_web, new DesiredUnit("a.network") { Content = "[Match]\n", Command = UnitVerb.Start },
            new DesiredUnit("docker.service") { Command = UnitVerb.Start }, s_web));
        Assert.That(machine.Told, Is.EqualTo(new[]
        {
            "daemon-reload", "Restart systemd-networkd.service", "Restart web.service", "Start docker.service",
        }));
    }

    [Test]
    public void Without_a_change_of_units_nothing_is_read_anew()
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/systemd/system/web.service", "[Service]\n");
        machine.Apply(Wishes.Units(s_web));
        Assert.That(machine.Told, Is.EqualTo(new[] { "Restart web.service" }));
    }

    [Test]
    public void A_unit_file_written_as_a_file_is_read_too()
    {
        FakeMachine machine = FakeMachine.New();
        machine.Apply(Wishes.Files(Wishes.File("/etc/systemd/system/x.service", "[Service]\n")));
        Assert.That(machine.Told, Is.EqualTo(new[] { "daemon-reload" }));
    }

    [Test]
    public void Commands_are_done_once_a_boot_and_again_when_their_unit_changed()
    {
        FakeMachine machine = FakeMachine.New();
        machine.Apply(Wishes.Units(s_web));
        Assert.That(machine.Apply(Wishes.Units(s_web)).Changes, Is.Empty);
        machine.Apply(Wishes.Units(s_web with { Content = "[Service]\nExecStart=/bin/true\n" }));
        Assert.That(machine.Told.Count(static t => t == "Restart web.service"), Is.EqualTo(2));
        machine.Reboot();
        machine.Apply(Wishes.Units(s_web with { Content = "[Service]\nExecStart=/bin/true\n" }));
        Assert.That(machine.Told.Count(static t => t == "Restart web.service"), Is.EqualTo(3));
    }

    [Test]
    public void Of_a_root_that_does_not_run_no_unit_is_told_anything()
    {
        FakeMachine machine = FakeMachine.New();
        machine.IsRunning = false;
        Plan plan = machine.Apply(Wishes.Units(s_web));
        Assert.That(plan.Changes, Has.Count.EqualTo(1));
        Assert.That(plan.Findings.Single().Severity, Is.EqualTo(Severity.Note));
    }

    [Test]
    public void A_run_that_ended_before_the_reload_is_completed()
    {
        FakeMachine machine = FakeMachine.New();
        Plan plan = machine.Plan(Wishes.Units(s_web));
        foreach (Change change in plan.Changes.TakeWhile(static c => c is not UnitWork))
            machine.Apply(change);
        Assert.That(machine.Told, Is.Empty);
        machine.Apply(Wishes.Units(s_web));
        Assert.That(machine.Told, Is.EqualTo(new[] { "daemon-reload", "Restart web.service" }));
        Assert.That(machine.Find("/run/corenode-provision/reload-pending"), Is.Null);
    }

    [Test]
    public void Scripts_run_last_and_once_a_boot()
    {
        FakeMachine machine = FakeMachine.New();
        DesiredMachine desired = new()
        {
            Scripts = [new DesiredScript("user-data", Encoding.UTF8.GetBytes("#!/bin/sh\n"), "user-data", default)],
            Units = [s_web],
        };
        machine.Apply(desired);
        Assert.That(machine.Told[^1], Is.EqualTo("run user-data"));
        Assert.That(machine.Apply(desired).Changes, Is.Empty);
    }

    [Test]
    public void Marks_are_one_word_each()
    {
        FakeMachine machine = FakeMachine.New();
        machine.Apply(new DesiredMachine
        {
            Scripts = [new DesiredScript("a name\nwith an end", Encoding.UTF8.GetBytes("#!"), "", default)],
            Units = [s_web],
        });
        Assert.That(machine.Done, Has.Count.EqualTo(2).And.All.Not.Contain(" ").And.All.Not.Contain("\n"));
    }

    [Test]
    public void The_whole_has_the_order_of_coreos_cloudinit()
    {
        FakeMachine machine = FakeMachine.New();
        Plan plan = machine.Apply(new DesiredMachine
        {
            Hostname = "core1",
            ManagesEtcHosts = true,
            Users = [new DesiredUser("anna") { SshKeys = ["ssh-rsa A"] }],
            Files = [Wishes.File("/opt/x", "")],
            Environment = [new("A", "1")],
            Options = [new("name", "core1")],
            Units = [s_web],
            Scripts = [new DesiredScript("s", Encoding.UTF8.GetBytes("#!/bin/sh\n"), "", default)],
        });
        string[] order =
        [
            "/etc/gshadow", "/etc/group", "/etc/shadow", "/etc/passwd", "/home/anna",
            "/home/anna/.ssh/authorized_keys", "/etc/hostname", "core1", "/opt/x", "/etc/hosts", "/etc/environment",
            "/etc/corenode/corenode.yaml", "/etc/systemd/system/web.service", "systemd", "web.service", "s",
        ];
        string[] subjects = [.. plan.Changes.Select(static c => c.Subject)];
        Assert.That(subjects.Where(order.Contains), Is.EqualTo(order));
    }
}
