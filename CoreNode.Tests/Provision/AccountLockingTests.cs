using CoreNode.Provision;
using CoreNode.Provision.Applying;
using CoreNode.Provision.Model;

namespace CoreNode.Tests.Provision;

/// <summary>The lock of accounts is taken by who changes accounts, and no one else.</summary>
[TestFixture, Category("Unit")]
internal sealed class AccountLockingTests
{
    private const string Lock = "/etc/.pwd.lock";

    [TestCase("#cloud-config\nhostname: a\n")]
    [TestCase("#cloud-config\nusers: [{name: core}]\n")]
    public async Task A_plan_that_changes_no_account_takes_no_lock(string config)
    {
        using ScratchMachine machine = new();
        Assert.That((await ProvisionRun.ApplyAsync(machine, null, config)).IsComplete, Is.True);
        Assert.That(machine.Has(Lock), Is.False);
    }

    [Test]
    public async Task A_plan_that_is_refused_takes_no_lock()
    {
        using ScratchMachine machine = new();
        Directory.CreateDirectory(machine.Folder + "/etc/motd");
        ProvisionOutcome outcome = await ProvisionRun.ApplyAsync(
            machine, null, "#cloud-config\nusers: [{name: anna}]\nwrite_files: [{path: /etc/motd, content: a}]\n");
        Assert.That(outcome.IsComplete, Is.False);
        Assert.That(machine.Has(Lock), Is.False);
    }

    [Test]
    public async Task What_somebody_did_to_accounts_while_the_lock_was_waited_for_stays()
    {
        const string theirs = "bert:x:1000:1000::/home/bert:/bin/sh\n";
        using ScratchMachine machine = new();
        machine.LockWaited = () =>
        {
            File.AppendAllText(machine.Folder + "/etc/passwd", theirs);
            File.AppendAllText(machine.Folder + "/etc/group", "bert:x:1000:\n");
        };
        ProvisionOutcome outcome =
            await ProvisionRun.ApplyAsync(machine, null, "#cloud-config\nusers: [{name: anna}]\n");
        Assert.That(outcome.IsComplete, Is.True);
        Assert.That(machine.Has(Lock), Is.True);
        Assert.That(
            machine.Text("/etc/passwd"), Does.EndWith(theirs + "anna:x:1001:1001::/home/anna:/bin/bash\n"));
    }

    [Test]
    public async Task A_run_with_nothing_to_do_beside_another_one_says_so()
    {
        const string config = "#cloud-config\nhostname: a\n";
        using ScratchMachine machine = new();
        await ProvisionRun.ApplyAsync(machine, null, config);
        using MachineRoot other = MachineRoot.Open(machine.Folder);
        Task beside = Task.CompletedTask;
        other.Apply(
            [new PutFolder("/held", 0x1ED, 0, 0, "test")],
            _ =>
            {
                beside = ProvisionRun.ApplyAsync(machine, null, config);
                Assert.That(beside.IsCompleted, Is.True, "it has met the other one");
            });
        IOException refused = (await Assert.ThrowsAsync<IOException>(() => beside))!;
        Assert.That(refused.Message, Does.Contain("another run is changing it"));
    }
}
