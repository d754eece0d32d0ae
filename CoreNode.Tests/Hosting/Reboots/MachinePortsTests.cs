using CoreNode.Cluster.Clients;
using CoreNode.Foundation;
using CoreNode.Hosting.Reboots;
using CoreNode.Hosting.Updates;
using CoreNode.RebootLock;
using CoreNode.Reboots;
using CoreNode.Reboots.Desk;
using CoreNode.Reboots.Service.Ports;
using CoreNode.Store;
using CoreNode.Tests.Api;
using CoreNode.Tests.EndToEnd;
using CoreNode.Units.Drains;
using CoreNode.Units.Registry;
using CoreNode.Units.Watching;
using CoreNode.Updates.Desk;
using CoreNode.Updates.Lifecycle;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Hosting.Reboots;

/// <summary>What reboots are done by on a real machine.</summary>
[TestFixture, Category("Unit"), CancelAfter(60_000)]
internal sealed class MachinePortsTests
{
    private const string Machine = "0123456789abcdef0123456789abcdef";
    private static readonly RegistryKeys s_keys = RegistryKeys.Default;

    private LocalKvClient _store = null!;

    [SetUp]
    public void Begin() => _store = new LocalKvClient(new MemoryKeyStore(TimeProvider.System), TimeProvider.System);

    [Test]
    public async Task The_lock_is_waited_for_given_back_and_says_who_holds_it(CancellationToken stop)
    {
        Semaphores locks = new(
            _store, TimeProvider.System, new Prng(1), NullLogger<Semaphores>.Instance);
        ClusterLock other = new(locks, "other", TimeSpan.Zero, TimeProvider.System);
        ClusterLock own = new(locks, Machine, TimeSpan.Zero, TimeProvider.System);
        await other.TakeAsync("", "its kernel", static _ => { }, stop);
        TaskCompletionSource<string> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task waiting = own.TakeAsync("", "2.0 is installed", text => told.TrySetResult(text), stop);
        Assert.That(await told.Task, Does.Match("^other holds it since .* UTC \\(its kernel\\)$"));
        Assert.That(waiting.IsCompleted, Is.False);
        await other.ReleaseAsync("", stop);
        await waiting;
        await own.TakeAsync("", "again", static _ => { }, stop);
        LockStatus held = await locks.ReadAsync("", stop);
        Assert.That(held.Holders.Select(static one => one.Id), Is.EqualTo((string[])[Machine]));
        await own.ReleaseAsync("", stop);
        await own.ReleaseAsync("", stop);
        Assert.That((await locks.ReadAsync("", stop)).Free, Is.EqualTo(1));
    }

    [Test]
    public async Task A_machine_is_cordoned_drained_and_uncordoned(CancellationToken stop)
    {
        MachineUnits units = Units();
        await RegisterAsync(stop);
        await units.CordonAsync("update", stop);
        Assert.That(await CordonAsync(stop), Is.EqualTo(new MachineCordon(false, "update", "reboot")));
        TaskCompletionSource<string> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task draining = units.DrainAsync("update", TimeSpan.FromMinutes(1), text => told.TrySetResult(text), stop);
        await draining;
        Assert.That(await told.Task, Is.EqualTo("no unit is left"));
        Assert.That(await CordonAsync(stop), Is.EqualTo(new MachineCordon(true, "update", "reboot")));
        await units.UncordonAsync(stop);
        await units.UncordonAsync(stop);
        Assert.That(await CordonAsync(stop), Is.Null);
    }

    [Test]
    public async Task A_persons_cordon_stays(CancellationToken stop)
    {
        MachineUnits units = Units();
        await RegisterAsync(stop);
        MachineCordon theirs = new(false, "disk", "alice");
        await _store.SetAsync(
            s_keys.MachineCordon(Machine), RegistryValues.WriteCordon(theirs), KvSetOptions.None, stop);
        await units.CordonAsync("update", stop);
        await units.UncordonAsync(stop);
        Assert.That(await CordonAsync(stop), Is.EqualTo(theirs));
    }

    [Test]
    public async Task Where_no_units_are_used_nothing_is_written(CancellationToken stop)
    {
        MachineUnits units = Units();
        await units.CordonAsync("update", stop);
        await units.DrainAsync("update", TimeSpan.FromMinutes(1), static _ => { }, stop);
        await units.UncordonAsync(stop);
        Assert.That(await CordonAsync(stop), Is.Null);
    }

    [TestCase(1, true, 0, true)]
    [TestCase(2, true, 1, true)]
    [TestCase(3, true, 1, false)]
    [TestCase(3, true, 2, null)]
    [TestCase(5, true, 2, false)]
    [TestCase(5, true, 3, null)]
    [TestCase(3, false, 0, null)]
    public void A_store_needs_its_quorum_without_the_machine(int voters, bool isVoter, int others, bool? isUnavoidable)
    {
        RebootPermission permission = RebootsPlaces.Judge(voters, isVoter, others);
        Assert.That(permission.Breaks.Length > 0, Is.EqualTo(isUnavoidable is not null));
        Assert.That(permission.IsUnavoidable, Is.EqualTo(isUnavoidable == true));
    }

    [TestCase(true, false, true, true)]
    [TestCase(true, true, true, false)]
    [TestCase(false, false, false, false)]
    public void Who_is_leaving_is_counted_on_before_the_lock_and_not_with_it(
        bool isInCluster, bool isLeaving, bool isCountedFirst, bool isCountedLast)
    {
        WitnessAccount account = new("b", isInCluster) { IsLeaving = isLeaving };
        Assert.That(RebootsPlaces.Counts(account, isLast: false), Is.EqualTo(isCountedFirst));
        Assert.That(RebootsPlaces.Counts(account, isLast: true), Is.EqualTo(isCountedLast));
        Assert.That(RebootsPlaces.Counts(null, isLast: false), Is.False, "no answer");
    }

    [Test]
    public void Own_updates_come_before_another_engine_and_a_file()
    {
        using TestFolder root = new();
        UpdateStatusView view = new UpdateDoor().Status;
        bool? hasClient = null;
        string engine = "";
        MachineWants wants = new(() => view, () => hasClient, () => engine, root.Path);
        Assert.That(wants.Now, Is.EqualTo(RebootWant.None));
        Directory.CreateDirectory(root.File("run"));
        File.WriteAllText(root.File("run/reboot-required"), "");
        Assert.That(wants.Now, Is.EqualTo(new RebootWant(RebootWantKind.Sentinel, "/run/reboot-required is there")));
        engine = "the machine's update engine has installed 9";
        Assert.That(wants.Now.Kind, Is.EqualTo(RebootWantKind.Sentinel), "its own client may come yet");
        hasClient = false;
        Assert.That(wants.Now.Kind, Is.EqualTo(RebootWantKind.Engine));
        hasClient = true;
        view = new UpdateStatusView { Stage = "need-reboot", NewVersion = "2.0", NewSlot = "USR-B" };
        Assert.That(
            wants.Now, Is.EqualTo(new RebootWant(RebootWantKind.Update, "2.0 is installed in slot USR-B")));
        view = new UpdateStatusView { Stage = "idle" };
        Assert.That(wants.Now.Kind, Is.EqualTo(RebootWantKind.Sentinel), "its own client works here");
    }

    [TestCase("judging", true, "", RebootVerdict.Waiting)]
    [TestCase("rolling-back", true, "", RebootVerdict.Waiting)]
    [TestCase("idle", true, "", RebootVerdict.Healthy)]
    [TestCase("need-reboot", true, "", RebootVerdict.Healthy)]
    [TestCase("", null, "", RebootVerdict.Waiting)]
    [TestCase("", true, "", RebootVerdict.Waiting)]
    [TestCase("", false, "", RebootVerdict.Healthy)]
    [TestCase("", false, "no leader", RebootVerdict.Unhealthy)]
    public async Task The_gate_waits_for_the_update_and_the_cluster(
        string stage, bool? hasClient, string problem, RebootVerdict verdict)
    {
        UpdatesPlace place = new()
        {
            NodeProblem = static () => "",
            ClusterProblem = _ => Task.FromResult(problem),
            Others = static () => [],
        };
        MachineGate gate = new(() => new UpdateStatusView { Stage = stage }, () => hasClient, place);
        GateLook look = await gate.LookAsync(CancellationToken.None);
        Assert.That(look.Verdict, Is.EqualTo(verdict));
    }

    [Test]
    public void People_are_found_by_their_sessions()
    {
        using TestFolder run = new();
        string sessions = run.File("systemd/sessions");
        Directory.CreateDirectory(sessions);
        File.WriteAllText($"{sessions}/1", "UID=0\nUSER=root\nSTATE=active\nCLASS=user\n");
        File.WriteAllText($"{sessions}/2", "USER=alice\nSTATE=online\nCLASS=user\n");
        File.WriteAllText($"{sessions}/3", "USER=bob\nSTATE=closing\nCLASS=user\n");
        File.WriteAllText($"{sessions}/4", "USER=gdm\nSTATE=active\nCLASS=greeter\n");
        Assert.That(MachineLogins.Names(run.Path), Is.EqualTo("alice, root"));
        Assert.That(MachineLogins.Names(run.File("absent")), Is.Empty);
    }

    [Test]
    public void People_are_found_in_utmp_if_their_login_still_lives()
    {
        using TestFolder run = new();
        int living = Environment.ProcessId;
        File.WriteAllBytes(
            run.File("utmp"),
            [
                .. LoginBytes.Of(2, 0, "~", "reboot"),
                .. LoginBytes.Of(7, living, "pts/0", "carol"),
                .. LoginBytes.Of(7, int.MaxValue, "pts/1", "gone"),
                .. LoginBytes.Of(8, living, "pts/2", "ended"),
                .. LoginBytes.Of(6, living, "tty1", "LOGIN"),
                .. LoginBytes.Of(7, living, "pts/3", "a-name-of-32-characters-no-zero!"),
                .. LoginBytes.Of(7, living, "pts/4", ""),
                .. LoginBytes.Of(7, living, "pts/5", "torn")[..^1],
            ]);
        Assert.That(MachineLogins.Names(run.Path), Is.EqualTo("a-name-of-32-characters-no-zero!, carol"));
        Directory.CreateDirectory(run.File("systemd/sessions"));
        File.WriteAllText(run.File("systemd/sessions/1"), "USER=carol\nSTATE=active\nCLASS=user\n");
        File.WriteAllBytes(run.File("utmp"), LoginBytes.Of(7, living, "pts/0", "carol"));
        Assert.That(MachineLogins.Names(run.Path), Is.EqualTo("carol"), "once");
    }

    [Test]
    public void Doctor_says_what_keeps_machines_from_restarting()
    {
        DateTimeOffset now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        RebootStatusView view = new() { Strategy = "off" };
        Assert.That(Levels(RebootFindings.OfStatus(view, "")), Is.EqualTo("ok warning"));
        Assert.That(Levels(RebootFindings.OfStatus(new(), "odd")), Is.EqualTo("problem ok"));
        Assert.That(Levels(RebootFindings.OfStatus(new() { Stage = "gate" }, "")), Is.EqualTo("ok problem"));
        Assert.That(Levels([RebootFindings.OfQuorum(RebootsPlaces.Judge(1, true, 0), view)]), Is.EqualTo("warning"));
        Assert.That(
            Levels([RebootFindings.OfQuorum(RebootsPlaces.Judge(1, true, 0), view with { Windows = "w" })]),
            Is.EqualTo("ok"));
        Assert.That(Levels([RebootFindings.OfQuorum(RebootsPlaces.Judge(3, true, 1), view)]), Is.EqualTo("problem"));
        LockStatus held = new(
            0, 2, [new("m1", now.AddMinutes(-5), "", null), new("m2", now.AddHours(-3), "2.0", null)], 7);
        List<UpdateFinding> locks = RebootFindings.OfLock(held, now);
        Assert.That(Levels(locks), Is.EqualTo("ok warning"));
        Assert.That(locks[1].Text, Does.StartWith("m2 holds it since 2026-03-01 09:00 UTC (2.0)"));
        Assert.That(locks[1].Advice, Does.EndWith("corenode lock release m2"));
        Assert.That(Levels(RebootFindings.OfLock(new(1, 1, [], 0), now)), Is.EqualTo("ok"));
        Assert.That(Levels(RebootFindings.OfLock(new(0, 0, [], 0), now)), Is.EqualTo("problem"));
        Assert.That(RebootFindings.OfCordon("m1", new(true, "", "reboot")), Is.Null);
        Assert.That(
            RebootFindings.OfCordon("m1", new(false, "disk", "alice"))!.Advice,
            Is.EqualTo("corenode machine uncordon m1"));
    }

    private static string Levels(IReadOnlyList<UpdateFinding> findings) =>
        string.Join(' ', findings.Select(static one => UpdateFinding.Words[(int)one.Level]));

    private async Task RegisterAsync(CancellationToken stop)
    {
        await _store.SetAsync(s_keys.EngineVersion, "1", KvSetOptions.None, stop);
        string machine = RegistryValues.WriteMachine(new MachineObject { Id = Machine });
        await _store.SetAsync(s_keys.MachineObject(Machine), machine, KvSetOptions.None, stop);
    }

    private MachineUnits Units() => new(
        _store,
        new MachineDrain(_store, s_keys, TimeProvider.System, NullLogger<RegistryFollower>.Instance), Machine);

    private async Task<MachineCordon?> CordonAsync(CancellationToken stop) =>
        await _store.GetAsync(s_keys.MachineCordon(Machine), KvGetOptions.Linearizable, stop) is KvOutcome.Done done
            ? RegistryValues.ReadCordon(done.Change.Node!.Value!)
            : null;
}
