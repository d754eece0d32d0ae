using CoreNode.Cluster.Clients;
using CoreNode.Store;
using CoreNode.Tests.Api;
using CoreNode.Units.Agent;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Units.Agent;

/// <summary>Announced keys in a store in memory.</summary>
[TestFixture, Category("Unit")]
internal sealed class StoredStatesTests
{
    private const string Unit = "web.service";
    private const string Key = "/services/web";
    private static readonly RegistryKeys s_keys = RegistryKeys.Default;

    private LocalKvClient _store = null!;

    [SetUp]
    public void Begin() => _store = new LocalKvClient(new MemoryKeyStore(TimeProvider.System), TimeProvider.System);

    [Test]
    public async Task A_machine_whose_place_was_taken_does_not_announce_over_the_new_copy()
    {
        await PlaceAsync("a", ScheduleState.Launched);
        Assert.That((await AnnounceAsync("a")).Result, Is.EqualTo(StepResult.Done));

        // It is cut off, its place is taken, and it comes back without knowing that yet.
        await _store.DeleteAsync(s_keys.ScheduleEntry("a", Unit), KvDeleteOptions.None, default);
        await PlaceAsync("b", ScheduleState.Launched);
        Assert.That((await AnnounceAsync("b")).Result, Is.EqualTo(StepResult.Done));
        Assert.That((await AnnounceAsync("a")).Result, Is.EqualTo(StepResult.Failed));
        Assert.That(await ValueAsync(), Is.EqualTo("b"));

        Assert.That((await WithdrawAsync("a")).Result, Is.EqualTo(StepResult.Done));
        Assert.That(await ValueAsync(), Is.EqualTo("b"), "the other copy's key stays");
    }

    [Test]
    public async Task A_unit_that_is_being_taken_away_is_not_announced()
    {
        await PlaceAsync("a", ScheduleState.Revoked);
        Assert.That((await AnnounceAsync("a")).Result, Is.EqualTo(StepResult.Failed));
        Assert.That(await ValueAsync(), Is.Null);
    }

    [Test]
    public async Task What_stood_there_before_is_replaced()
    {
        await _store.SetAsync(Key, "old", KvSetOptions.None, default);
        await PlaceAsync("a", ScheduleState.Launched);
        Assert.That((await AnnounceAsync("a")).Result, Is.EqualTo(StepResult.Done));
        Assert.That(await ValueAsync(), Is.EqualTo("a"));
    }

    private static AgentStep Step(StepKind kind, string machine) => new(kind, Unit, TimeSpan.Zero)
    {
        Announcements = [new UnitAnnouncement(Key, machine)],
        Left = kind == StepKind.Withdraw ? [Key] : [],
    };

    private Task<StepOutcome> AnnounceAsync(string machine) =>
        new StoredStates(_store, s_keys, machine).AnnounceAsync(Step(StepKind.Announce, machine), default);

    private Task<StepOutcome> WithdrawAsync(string machine) =>
        new StoredStates(_store, s_keys, machine).WithdrawAsync(Step(StepKind.Withdraw, machine), default);

    private async Task PlaceAsync(string machine, ScheduleState state)
    {
        ScheduleEntry entry = new(machine, Unit, new string('a', 40), state);
        await _store.SetAsync(
            s_keys.ScheduleEntry(machine, Unit), RegistryValues.WriteEntry(entry), KvSetOptions.None, default);
    }

    private async Task<string?> ValueAsync() =>
        await _store.GetAsync(Key, KvGetOptions.Plain, default) is KvOutcome.Done done ? done.Change.Node.Value : null;
}
