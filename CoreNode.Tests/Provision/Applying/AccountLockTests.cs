using System.Globalization;
using CoreNode.Provision.Applying;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Provision.Applying;

/// <summary>The lock on accounts is the one that the system's own tools take.</summary>
[TestFixture, Category("Conformance")]
internal sealed class AccountLockTests
{
    private ScratchRoot _root = null!;

    [SetUp]
    public void SetUp() => _root = new ScratchRoot();

    [TearDown]
    public void TearDown() => _root.Dispose();

    [Test]
    public void It_is_waited_for_and_told_once_for_whom()
    {
        _root.Folder("/etc");
        using MachineRoot first = _root.Open();
        IDisposable held = first.LockAccounts(static _ => { }, default);
        Assert.That(_root.Attributes("/etc/.pwd.lock"), Is.EqualTo("600 0:0"));
        int pauses = 0;
        FaultyCalls calls = new()
        {
            Paused = () =>
            {
                if (++pauses == 3)
                    held.Dispose();
            },
        };
        using MachineRoot second = _root.Open(calls);
        List<string> told = [];
        using (second.LockAccounts(told.Add, default))
            Assert.That(pauses, Is.EqualTo(3));
        Assert.That(told, Has.Count.EqualTo(1));
        Assert.That(told[0], Does.Contain("is changing accounts and holds /etc/.pwd.lock: waits for it"));
    }

    [Test]
    public void It_is_given_up_after_fifteen_seconds_or_when_the_wait_is_broken_off()
    {
        _root.Folder("/etc");
        using MachineRoot first = _root.Open();
        using IDisposable held = first.LockAccounts(static _ => { }, default);
        int pauses = 0;
        using MachineRoot second = _root.Open(new FaultyCalls { Paused = () => pauses++ });
        IOException late = Assert.Throws<IOException>(() => second.LockAccounts(static _ => { }, default))!;
        Assert.That(late.Message, Does.Contain("has held the lock on the accounts for 15 seconds"));
        Assert.That(pauses, Is.EqualTo(150));
        using CancellationTokenSource stop = new();
        using MachineRoot third = _root.Open(new FaultyCalls { Paused = stop.Cancel });
        Assert.Throws<OperationCanceledException>(() => third.LockAccounts(static _ => { }, stop.Token));
    }

    [Test]
    public async Task Who_takes_it_as_lckpwdf_does_keeps_us_out_and_is_named()
    {
        _root.Write("/etc/.pwd.lock", "", "600");
        const string script =
            "use Fcntl; open(my $f, '+<', $ARGV[0]) or die; "
            + "my $l = pack('ssx4qqix4', F_WRLCK, 0, 0, 0, 0); fcntl($f, F_SETLKW, $l) or die $!; $| = 1; "
            + "print 'held'; <STDIN>;";
        using RunningProgram holder = RunningProgram.Start("perl", ["-e", script, _root.Real("/etc/.pwd.lock")]);
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(30));
        while (holder.StandardOutput != "held")
            await Task.Delay(20, patience.Token);
        using MachineRoot root = _root.Open(new FaultyCalls());
        List<string> told = [];
        Assert.Throws<IOException>(() => root.LockAccounts(told.Add, default));
        string process = holder.Pid.ToString(CultureInfo.InvariantCulture);
        Assert.That(told, Has.Count.EqualTo(1));
        Assert.That(told[0], Does.StartWith($"process {process} (perl)"));
    }

    [Test]
    public void A_root_without_accounts_needs_no_lock()
    {
        using MachineRoot root = _root.Open();
        using (root.LockAccounts(static _ => { }, default))
            Assert.That(_root.Snapshot(), Is.Empty);
    }

    [Test]
    public void A_lock_in_a_folder_of_somebody_elses_is_refused()
    {
        _root.Folder("/etc", "777");
        using MachineRoot root = _root.Open();
        Assert.That(
            Assert.Throws<IOException>(() => root.LockAccounts(static _ => { }, default))!.Message,
            Is.EqualTo("/etc/.pwd.lock is in a folder that others than root may change"));
    }
}
