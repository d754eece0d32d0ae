using CoreNode.Hosting.FleetLock;
using CoreNode.Hosting.Reboots;
using CoreNode.Reboots;
using CoreNode.Store;
using CoreNode.Tests.Units.Drains;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Hosting.Reboots;

/// <summary>What reboots and FleetLock make of a machine's units.</summary>
[TestFixture, Category("Unit"), CancelAfter(30_000)]
internal sealed class DrainAdapterTests
{
    private const string A = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private const string B = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    private DrainStore _store = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _store = await DrainStore.MakeAsync();
        await _store.MachineAsync(A, "ssd");
        await _store.MachineAsync(B, "hdd");
    }

    [Test]
    public async Task The_only_place_of_a_singleton_breaks_what_the_store_would_permit(CancellationToken stop)
    {
        PlaceQuorum quorum = Quorum(RebootPermission.Granted);
        await _store.PlaceAsync(A, "anywhere.service", "Singleton=yes");
        Assert.That(await quorum.LookAsync(true, stop), Is.EqualTo(RebootPermission.Granted));
        await _store.PlaceAsync(A, "only.service", $"Singleton=yes\nMachineID={A}");
        RebootPermission refused = await quorum.LookAsync(true, stop);
        Assert.That(refused.IsUnavoidable, Is.False, "another machine may come");
        Assert.That(refused.Breaks, Does.Contain("only.service").And.Contain($"MachineID={A}"));
        Assert.That(refused.Breaks, Does.Not.Contain("anywhere"));
    }

    [Test]
    public async Task What_the_store_loses_is_said_first(CancellationToken stop)
    {
        RebootPermission lost = new("2 of 3 members would be left", IsUnavoidable: true);
        await _store.PlaceAsync(A, "only.service", $"Singleton=yes\nMachineID={A}");
        Assert.That(await Quorum(lost).LookAsync(true, stop), Is.EqualTo(lost));
    }

    [Test]
    public async Task FleetLock_drains_nothing_while_a_singleton_has_no_other_place(CancellationToken stop)
    {
        ClusterDrains drains = new(_store.Drains);
        await _store.PlaceAsync(A, "only.service", "Singleton=yes\nMachineMetadata=disk=ssd");
        Assert.That(await drains.ListMachinesAsync(stop), Is.EqualTo(new[] { A, B }));
        Assert.That(await drains.DrainAsync(A, stop), Does.Contain("only.service"));
        Assert.That(await _store.CordonAsync(A), Is.Null);
        await _store.SetAsync(RegistryKeys.Default.JobTargetState("only.service"), "inactive");
        await _store.Client.DeleteAsync(
            RegistryKeys.Default.ScheduleEntry(A, "only.service"), KvDeleteOptions.None, stop);
        Assert.That(await drains.DrainAsync(A, stop), Is.Null);
        Assert.That((await _store.CordonAsync(A))!.By, Is.EqualTo("fleetlock"));
        await drains.UncordonAsync(A, stop);
        Assert.That(await _store.CordonAsync(A), Is.Null);
    }

    [Test]
    public async Task FleetLock_lets_go_what_cannot_leave_but_is_no_singleton(CancellationToken stop)
    {
        await _store.PlaceAsync(A, "pinned.service", $"MachineID={A}");
        await _store.SetAsync(
            RegistryKeys.Default.JobNotice("pinned.service"),
            RegistryValues.WriteNotice(new JobNotice("no other one can take it") { IsStaying = true }));
        Assert.That(await new ClusterDrains(_store.Drains).DrainAsync(A, stop), Is.Null);
        Assert.That((await _store.CordonAsync(A))!.IsDraining, Is.True);
    }

    private PlaceQuorum Quorum(RebootPermission store) => new(
        new RebootsPlace(_store.Client) { LookAsync = (_, _) => Task.FromResult(store) }, _store.Drains, A);
}
