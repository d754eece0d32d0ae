using CoreNode.Store;
using CoreNode.Units.Drains;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Units.Drains;

/// <summary>Which singletons have no place but the machine that is to go.</summary>
[TestFixture, Category("Unit")]
internal sealed class OnlyPlacesTests
{
    private const string A = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private const string B = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    private static readonly RegistryKeys s_keys = RegistryKeys.Default;

    private DrainStore _store = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _store = await DrainStore.MakeAsync();
        await _store.MachineAsync(A, "ssd");
        await _store.MachineAsync(B, "hdd");
    }

    [TestCase("", ExpectedResult = "")]
    [TestCase("MachineMetadata=disk=hdd", ExpectedResult = "", Description = "it may not even stay")]
    [TestCase($"MachineID={B}", ExpectedResult = "")]
    [TestCase("MemoryReserve=1G", ExpectedResult = "")]
    [TestCase($"MachineID={A}", ExpectedResult = $"only.service: MachineID={A}: there is no such machine")]
    [TestCase(
        "MachineMetadata=disk=ssd",
        ExpectedResult = "only.service: machine bbbbbbbb: without metadata disk=ssd")]
    [TestCase("MemoryReserve=3G", ExpectedResult = "only.service: machine bbbbbbbb: lacks 3072 MB of memory")]
    [TestCase(
        "Conflicts=there.service", ExpectedResult = "only.service: conflicts with there.service on bbbbbbbb")]
    [TestCase("MachineOf=gone.service", ExpectedResult = "only.service: MachineOf=gone.service: there is no such unit")]
    public async Task<string> A_singleton_stays_where_no_other_machine_can_take_it(string rule)
    {
        await _store.PlaceAsync(B, "there.service", "");
        await _store.PlaceAsync(A, "only.service", $"Singleton=yes\n{rule}");
        return await StuckAsync(A);
    }

    [TestCase("MachineID=" + A)]
    [TestCase("MachineMetadata=disk=ssd")]
    [TestCase($"Replicas=2\nMachineMetadata=disk=ssd")]
    [TestCase("Global=yes\nMachineMetadata=disk=ssd")]
    public async Task What_is_no_singleton_keeps_no_machine(string rules)
    {
        await _store.PlaceAsync(A, "web@1.service", rules);
        Assert.That(await StuckAsync(A), Is.Empty);
    }

    [Test]
    public async Task A_singleton_that_is_not_to_run_keeps_no_machine()
    {
        await _store.PlaceAsync(A, "only.service", $"Singleton=yes\nMachineID={A}", "inactive");
        Assert.That(await StuckAsync(A), Is.Empty);
        await _store.SetAsync(s_keys.JobTargetState("only.service"), "loaded");
        Assert.That(await StuckAsync(A), Is.Not.Empty);
    }

    [Test]
    public async Task Singletons_of_other_machines_are_not_this_ones_concern()
    {
        await _store.PlaceAsync(B, "only.service", $"Singleton=yes\nMachineID={B}");
        Assert.That(await StuckAsync(A), Is.Empty);
        Assert.That(await StuckAsync(B), Is.Not.Empty);
    }

    [Test]
    public async Task Each_of_several_is_told_with_its_reason()
    {
        await _store.PlaceAsync(A, "a.service", "Singleton=yes\nMachineMetadata=disk=ssd");
        await _store.PlaceAsync(A, "b.service", "Singleton=yes");
        await _store.PlaceAsync(A, "c.service", $"Singleton=yes\nMachineID={A}");
        Assert.That(
            await StuckAsync(A),
            Is.EqualTo(
                "a.service: machine bbbbbbbb: without metadata disk=ssd; "
                + $"c.service: MachineID={A}: there is no such machine"));
    }

    [Test]
    public async Task Two_that_each_had_room_alone_are_not_both_moved_to_it()
    {
        await _store.PlaceAsync(A, "a.service", "Singleton=yes\nMemoryReserve=1500M");
        Assert.That(await StuckAsync(A), Is.Empty);
        await _store.PlaceAsync(A, "b.service", "Singleton=yes\nMemoryReserve=1500M");
        Assert.That(await StuckAsync(A), Does.StartWith("b.service: ").And.Not.Contain("a.service"));
    }

    [Test]
    public async Task A_machine_out_of_use_takes_nothing_and_the_last_one_has_no_other()
    {
        await _store.PlaceAsync(A, "only.service", "Singleton=yes");
        await _store.SetAsync(
            s_keys.MachineCordon(B), RegistryValues.WriteCordon(new MachineCordon(IsDraining: false, "", "ann")));
        Assert.That(await StuckAsync(A), Does.StartWith("only.service: machine bbbbbbbb: "));
        await _store.Client.DeleteAsync(s_keys.MachineObject(B), KvDeleteOptions.None, default);
        Assert.That(await StuckAsync(A), Is.EqualTo("only.service: there is no machine"));
    }

    private async Task<string> StuckAsync(string machine)
    {
        var found = (KvOutcome.Done)await _store.Client.GetAsync(
            s_keys.Prefix, new KvGetOptions { IsRecursive = true }, default);
        RegistryState registry = RegistryState.Of(s_keys, found.Change.Node, found.Change.Index);
        IReadOnlyList<StayingUnit> stuck = OnlyPlaces.Of(registry, machine);
        Assert.That(stuck, Has.All.Property(nameof(StayingUnit.IsPassedOver)).True);
        return string.Join("; ", stuck.Select(static one => $"{one.Unit}: {one.Reason}"));
    }
}
