using System.Collections.Concurrent;
using CoreNode.Cluster.Clients;
using CoreNode.Store;
using CoreNode.Tests.Api;
using CoreNode.Units.Drains;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;
using CoreNode.Units.Watching;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Units.Drains;

/// <summary>Whoever takes a machine out of use for a time, against a store in memory; the engine is played.</summary>
[TestFixture, Category("Unit"), CancelAfter(30_000)]
internal sealed class MachineDrainTests
{
    private const string A = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private const string B = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    private static readonly RegistryKeys s_keys = RegistryKeys.Default;

    private LocalKvClient _store = null!;
    private MachineDrain _drain = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _store = new LocalKvClient(new MemoryKeyStore(TimeProvider.System), TimeProvider.System);
        _drain = new MachineDrain(_store, s_keys, TimeProvider.System, NullLogger<RegistryFollower>.Instance);
        await SetAsync(s_keys.EngineVersion, "1");
        await SetAsync(s_keys.MachineObject(A), RegistryValues.WriteMachine(new MachineObject { Id = A }));
    }

    [Test]
    public async Task A_drain_tells_what_is_left_and_ends_when_nothing_is(CancellationToken cancellation)
    {
        await PlaceAsync("web@1.service", "Replicas=1");
        await PlaceAsync("log.service", "Global=yes");
        ConcurrentQueue<string> told = [];
        Task<DrainEnd> draining = _drain.DrainAsync(
            A, "update", "reboot", TimeSpan.FromMinutes(5),
            progress =>
                told.Enqueue(string.Join(' ', progress.Left.Select(static u => $"{u.Unit}: {u.Reason}"))),
            cancellation);
        await UntilAsync(told, 1);
        MachineCordon cordon = (await CordonAsync())!;
        Assert.That((cordon.IsDraining, cordon.Reason, cordon.By), Is.EqualTo((true, "update", "reboot")));
        ScheduleEntry entry = new(A, "web@1.service", "", ScheduleState.Launched) { Successor = B };
        await SetAsync(s_keys.ScheduleEntry(A, "web@1.service"), RegistryValues.WriteEntry(entry));
        await UntilAsync(told, 2);
        await SetAsync(
            s_keys.ScheduleEntry(A, "web@1.service"),
            RegistryValues.WriteEntry(entry with { State = ScheduleState.Revoked }));
        await UntilAsync(told, 3);
        await RemoveAsync(s_keys.ScheduleEntry(A, "web@1.service"));
        DrainEnd end = await draining;
        Assert.That(end.Kind, Is.EqualTo(DrainEndKind.Empty));
        Assert.That(end.Left, Is.Empty);
        Assert.That(told, Is.EqualTo((string[])
        [
            "web@1.service: it was not told to leave yet",
            $"web@1.service: it goes on there until its new copy on machine {B} works",
            "web@1.service: it is being stopped there",
            "",
        ]));
    }

    [Test]
    public async Task Units_that_nobody_waits_for_end_a_drain_with_their_reasons(CancellationToken cancellation)
    {
        await PlaceAsync("a.service", "");
        await SetAsync(
            s_keys.JobNotice("a.service"),
            RegistryValues.WriteNotice(new JobNotice("no other one can take it") { IsStaying = true }));
        DrainEnd end = await DrainAsync(cancellation);
        Assert.That(end.Kind, Is.EqualTo(DrainEndKind.UnitsLeft));
        Assert.That(end.Left, Is.EqualTo((StayingUnit[])[new("a.service", "no other one can take it", true)]));
    }

    [Test]
    public async Task A_limit_ends_a_drain_and_the_machine_stays_drained(CancellationToken cancellation)
    {
        await PlaceAsync("a.service", "");
        DrainEnd end = await _drain.DrainAsync(
            A, "", "reboot", TimeSpan.FromMilliseconds(200), static _ => { }, cancellation);
        Assert.That(end.Kind, Is.EqualTo(DrainEndKind.UnitsLeft));
        Assert.That(end.Left.Single().Unit, Is.EqualTo("a.service"));
        Assert.That(await CordonAsync(), Is.EqualTo(new MachineCordon(IsDraining: true, "", "reboot")));
    }

    [Test]
    public async Task A_machine_that_is_lost_or_taken_back_ends_a_drain(CancellationToken cancellation)
    {
        await PlaceAsync("a.service", "");
        TaskCompletionSource isTold = new();
        Task<DrainEnd> draining = _drain.DrainAsync(
            A, "", "reboot", TimeSpan.FromMinutes(5), _ => isTold.TrySetResult(), cancellation);
        await isTold.Task;
        await RemoveAsync(s_keys.MachineCordon(A));
        Assert.That((await draining).Kind, Is.EqualTo(DrainEndKind.TakenBack));
        await RemoveAsync(s_keys.MachineObject(A));
        Assert.That((await DrainAsync(cancellation)).Kind, Is.EqualTo(DrainEndKind.LeaseLost));
    }

    [Test]
    public async Task A_machine_without_units_is_looked_at_once_more(CancellationToken cancellation)
    {
        Task<DrainEnd> draining = DrainAsync(cancellation);
        while (await CordonAsync() is null)
            await Task.Yield();
        // Decided by an engine that had not seen the cordon yet.
        await PlaceAsync("late.service", "");
        await SetAsync(
            s_keys.JobNotice("late.service"), RegistryValues.WriteNotice(new JobNotice("stays") { IsStaying = true }));
        Assert.That((await draining).Kind, Is.EqualTo(DrainEndKind.UnitsLeft));
    }

    [Test]
    public async Task What_is_older_than_the_cordon_ends_no_drain(CancellationToken cancellation)
    {
        KvGetOptions all = new() { IsRecursive = true, IsSorted = true, IsQuorum = true };
        LateListing late = new(_store, await _store.GetAsync(s_keys.Prefix, all, cancellation));
        await PlaceAsync("a.service", "");
        await SetAsync(
            s_keys.JobNotice("a.service"), RegistryValues.WriteNotice(new JobNotice("stays") { IsStaying = true }));
        MachineDrain drain = new(late, s_keys, TimeProvider.System, NullLogger<RegistryFollower>.Instance);
        DrainEnd end = await drain.DrainAsync(
            A, "", "reboot", TimeSpan.FromMinutes(5), static _ => { }, cancellation);
        Assert.That(late.HasAnswered, Is.True);
        Assert.That(end.Kind, Is.EqualTo(DrainEndKind.UnitsLeft));
        Assert.That(end.Left.Single().Unit, Is.EqualTo("a.service"));
    }

    [Test]
    public async Task Only_ones_own_cordon_is_taken_back_and_what_was_there_before_returns(
        CancellationToken cancellation)
    {
        MachineCordon people = new(IsDraining: false, "odd disk", "ann");
        await SetAsync(s_keys.MachineCordon(A), RegistryValues.WriteCordon(people));
        await _drain.CordonAsync(A, "update", "reboot", cancellation);
        Assert.That(await CordonAsync(), Is.EqualTo(people), "it is out of use already");
        await DrainAsync(cancellation);
        Assert.That(
            await CordonAsync(),
            Is.EqualTo(new MachineCordon(IsDraining: true, "update", "reboot") { Before = people }));
        await _drain.UncordonAsync(A, "other", cancellation);
        Assert.That((await CordonAsync())!.By, Is.EqualTo("reboot"));
        await _drain.UncordonAsync(A, "reboot", cancellation);
        Assert.That(await CordonAsync(), Is.EqualTo(people));
        await _drain.UncordonAsync(A, "reboot", cancellation);
        Assert.That(await CordonAsync(), Is.EqualTo(people));
        await _drain.UncordonAsync(A, "", cancellation);
        Assert.That(await CordonAsync(), Is.Null);
        await _drain.UncordonAsync(A, "", cancellation);
    }

    [Test]
    public async Task A_second_drain_by_the_same_goes_on_with_the_first(CancellationToken cancellation)
    {
        await _drain.CordonAsync(A, "update", "reboot", cancellation);
        Assert.That((await DrainAsync(cancellation)).Kind, Is.EqualTo(DrainEndKind.Empty));
        await _drain.CordonAsync(A, "update", "reboot", cancellation);
        Assert.That(
            await CordonAsync(), Is.EqualTo(new MachineCordon(IsDraining: true, "update", "reboot")), "still drained");
        Assert.That((await DrainAsync(cancellation)).Kind, Is.EqualTo(DrainEndKind.Empty));
        await _drain.UncordonAsync(A, "reboot", cancellation);
        Assert.That(await CordonAsync(), Is.Null);
    }

    private static async Task UntilAsync(ConcurrentQueue<string> told, int count)
    {
        while (told.Count < count)
            await Task.Yield();
    }

    private Task<DrainEnd> DrainAsync(CancellationToken cancellation) =>
        _drain.DrainAsync(A, "update", "reboot", TimeSpan.FromMinutes(5), static _ => { }, cancellation);

    private async Task PlaceAsync(string unit, string fleet)
    {
        UnitFile file = UnitFile.Parse($"[Service]\nExecStart=/bin/true\n\n[X-Fleet]\n{fleet}\n", out _)!;
        await SetAsync(s_keys.Unit(file.Hash), RegistryValues.WriteUnit(file));
        await SetAsync(s_keys.JobObject(unit), RegistryValues.WriteJobObject(unit, file.Hash));
        await SetAsync(s_keys.JobTargetState(unit), "launched");
        await SetAsync(
            s_keys.ScheduleEntry(A, unit),
            RegistryValues.WriteEntry(new ScheduleEntry(A, unit, file.Hash, ScheduleState.Launched)));
    }

    private async Task<MachineCordon?> CordonAsync() =>
        await _store.GetAsync(s_keys.MachineCordon(A), KvGetOptions.Linearizable, default) is KvOutcome.Done done
            ? RegistryValues.ReadCordon(done.Change.Node.Value!) : null;

    private async Task SetAsync(string key, string value) =>
        Assert.That(
            await _store.SetAsync(key, value, KvSetOptions.None, default), Is.InstanceOf<KvOutcome.Done>());

    private async Task RemoveAsync(string key) =>
        Assert.That(await _store.DeleteAsync(key, KvDeleteOptions.None, default), Is.InstanceOf<KvOutcome.Done>());
}
