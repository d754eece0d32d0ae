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
    public async Task A_machine_that_hands_a_unit_over_does_not_announce_over_its_successor()
    {
        await PlaceAsync("a", ScheduleState.Launched);
        await AnnounceAsync("a");
        await PlaceAsync("a", ScheduleState.Launched, successor: "b");
        await PlaceAsync("b", ScheduleState.Launched);
        Assert.That((await AnnounceAsync("b")).Result, Is.EqualTo(StepResult.Done));
        Assert.That((await AnnounceAsync("a")).Result, Is.EqualTo(StepResult.Done));
        Assert.That(await ValueAsync(), Is.EqualTo("b"));
        await _store.DeleteAsync(Key, KvDeleteOptions.None, default);
        Assert.That((await AnnounceAsync("a")).Result, Is.EqualTo(StepResult.Done));
        Assert.That(await ValueAsync(), Is.EqualTo("a"), "it still serves, and nobody else does");
    }

    [Test]
    public async Task What_a_successor_announces_in_the_same_words_stays()
    {
        await PlaceAsync("a", ScheduleState.Revoked, successor: "b");
        await _store.SetAsync(Key, "up", KvSetOptions.None, default);
        UnitAnnouncement same = new(Key, "up");
        AgentStep step = new(StepKind.Withdraw, Unit, TimeSpan.Zero) { Announcements = [same], Shared = [same] };
        Assert.That(
            (await new StoredStates(_store, s_keys, "a").WithdrawAsync(step, default)).Result,
            Is.EqualTo(StepResult.Done));
        Assert.That(await ValueAsync(), Is.EqualTo("up"));
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

    [TestCase("a", null)]
    [TestCase("b", "b")]
    [TestCase("", "")]
    public async Task A_process_that_never_read_the_text_removes_what_the_record_says_and_no_other_copys_key(
        string present, string? left)
    {
        await PlaceAsync("a", ScheduleState.Launched);
        await AnnounceAsync("a");
        await _store.SetAsync(Key, present, KvSetOptions.None, default);
        AgentStep bare = new(StepKind.Withdraw, Unit, TimeSpan.Zero);
        StoredStates states = new(_store, s_keys, "a");
        Assert.That((await states.WithdrawAsync(bare, default)).Result, Is.EqualTo(StepResult.Done));
        Assert.That(await ValueAsync(), Is.EqualTo(left));
        Assert.That(await _store.GetAsync(s_keys.Announced("a", Unit), KvGetOptions.Plain, default),
            Is.InstanceOf<KvOutcome.Refused>(), "the record is gone");
    }

    [Test]
    public async Task A_key_of_an_earlier_text_goes_when_the_new_one_is_announced_also_by_a_new_process()
    {
        await PlaceAsync("a", ScheduleState.Launched);
        await AnnounceAsync("a");
        AgentStep step = Step(StepKind.Announce, "a") with
        {
            Announcements = [new UnitAnnouncement("/services/other", "")],
        };
        StoredStates states = new(_store, s_keys, "a");
        Assert.That((await states.AnnounceAsync(step, default)).Result, Is.EqualTo(StepResult.Done));
        Assert.That(await ValueAsync(), Is.Null);

        AgentStep bare = new(StepKind.Withdraw, Unit, TimeSpan.Zero);
        Assert.That((await states.WithdrawAsync(bare, default)).Result, Is.EqualTo(StepResult.Done));
        Assert.That(await _store.GetAsync("/services/other", KvGetOptions.Plain, default),
            Is.InstanceOf<KvOutcome.Refused>(), "one without a value is removed, too");
    }

    private static AgentStep Step(StepKind kind, string machine) => new(kind, Unit, TimeSpan.Zero)
    {
        Announcements = [new UnitAnnouncement(Key, machine)],
        Left = kind == StepKind.Withdraw ? [new UnitAnnouncement(Key, machine)] : [],
    };

    private Task<StepOutcome> AnnounceAsync(string machine) =>
        new StoredStates(_store, s_keys, machine).AnnounceAsync(Step(StepKind.Announce, machine), default);

    private Task<StepOutcome> WithdrawAsync(string machine) =>
        new StoredStates(_store, s_keys, machine).WithdrawAsync(Step(StepKind.Withdraw, machine), default);

    private async Task PlaceAsync(string machine, ScheduleState state, string successor = "")
    {
        ScheduleEntry entry = new(machine, Unit, new string('a', 40), state) { Successor = successor };
        await _store.SetAsync(
            s_keys.ScheduleEntry(machine, Unit), RegistryValues.WriteEntry(entry), KvSetOptions.None, default);
    }

    private async Task<string?> ValueAsync() =>
        await _store.GetAsync(Key, KvGetOptions.Plain, default) is KvOutcome.Done done ? done.Change.Node.Value : null;
}
