using System.Globalization;
using CoreNode.Cluster.Clients;
using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Tests.Api;
using CoreNode.Tests.Foundation;
using CoreNode.Units.Engine;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;
using CoreNode.Units.Watching;
using Microsoft.Extensions.Logging;

namespace CoreNode.Tests.Units.Engine;

/// <summary>The loop around the planner, with the real follower on the real key state machine.</summary>
[TestFixture, Category("Unit"), CancelAfter(60_000)]
internal sealed class EngineLoopTests
{
    private static readonly RegistryKeys s_keys = RegistryKeys.Default;

    private readonly RecordedLog _log = new();
    private CancellationTokenSource _stop = new();
    private LocalKvClient _client = null!;
    private StalledWatch _watched = null!;
    private RegistryFollower _registry = null!;
    private FakeLeadership _leadership = null!;
    private FakeTerm _term = null!;
    private Task _run = Task.CompletedTask;

    [SetUp]
    public void Start()
    {
        _log.Lines.Clear();
        _stop = new CancellationTokenSource();
        _client = new LocalKvClient(new MemoryKeyStore(TimeProvider.System), TimeProvider.System);
        _watched = new StalledWatch(_client);
        _registry = RegistryFollower.OfAll(
            _watched, s_keys, TimeProvider.System, new Logger<RegistryFollower>(_log));
        _leadership = new FakeLeadership();
        _term = new FakeTerm(_client);
        EngineLoop loop = new(
            _leadership, _registry, new EngineOptions { NewsAge = TimeSpan.Zero }, TimeProvider.System,
            new MetricRegistry(), _log);
        _run = Task.WhenAll(FollowAsync(), loop.RunAsync(_stop.Token));
    }

    [TearDown]
    public async Task EndAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _term.Dispose();
        _stop.Dispose();
    }

    [OneTimeTearDown]
    public void Free() => _log.Dispose();

    [Test]
    public async Task A_leader_places_what_is_submitted_and_others_write_nothing(CancellationToken cancellation)
    {
        await UseAsync("a", "b");
        await SubmitAsync("u.service");
        Assert.That(_term.Sent, Is.Empty);
        _leadership.Set(_term);
        await UntilAsync(static s => s.Jobs.GetValueOrDefault("u.service")?.Target == "a", cancellation);
        await SubmitAsync("v.service");
        await UntilAsync(static s => s.Entry("b", "v.service") is not null, cancellation);
        Assert.That(_log.Lines, Has.Some.Contains("v.service is placed on machine b"));
    }

    [Test]
    public async Task Many_units_are_written_together(CancellationToken cancellation)
    {
        await UseAsync("a", "b", "c");
        for (int i = 0; i < 500; i++)
            await SubmitAsync(string.Create(CultureInfo.InvariantCulture, $"u{i}.service"));
        _leadership.Set(_term);
        await UntilAsync(static s => s.ScheduleByUnit.Count == 500, cancellation);
        Assert.That(_term.MostUnderWay, Is.InRange(2, new EngineOptions().WritesInFlight));
    }

    [Test]
    public async Task A_lost_machine_is_given_up_without_a_change_in_the_registry(CancellationToken cancellation)
    {
        await UseAsync("a", "b", "c");
        await SubmitAsync("u.service");
        _leadership.Set(_term);
        await UntilAsync(static s => s.Jobs.GetValueOrDefault("u.service")?.Target == "a", cancellation);
        _term.Lose("a");
        await UntilAsync(static s => s.Entry("b", "u.service") is not null && s.Machine("a") is null, cancellation);
    }

    [Test]
    public async Task Where_leases_are_keys_a_machine_is_not_given_up_by_what_was_known_before_it_came_back(
        CancellationToken cancellation)
    {
        await UseAsync("a", "b", "c");
        await SubmitAsync("u.service");
        _term.AreLeasesKeys = true;
        _leadership.Set(_term);
        await UntilAsync(static s => s.Jobs.GetValueOrDefault("u.service")?.Target == "a", cancellation);
        await _client.DeleteAsync(s_keys.MachineObject("a"), KvDeleteOptions.None, cancellation);
        await UntilAsync(static s => s.Machine("a") is null, cancellation);

        // It is back, and whoever decides knows nothing of that before it has written something.
        _watched.Stall();
        await PutAsync(s_keys.MachineObject("a"), RegistryValues.WriteMachine(new MachineObject { Id = "a" }));
        int before = _term.Sent.Count;
        TaskCompletionSource sent = new();
        _term.Fault = (_, _) =>
        {
            _watched.GoOn();
            sent.TrySetResult();
            return null;
        };
        _term.IsOver = machine => _registry.Current.Machine(machine) is null;
        _term.Change();
        await sent.Task.WaitAsync(cancellation);
        await SubmitAsync("v.service");
        await UntilAsync(static s => s.Entry("b", "v.service") is not null, cancellation);
        string entry = s_keys.ScheduleEntry("a", "u.service");
        Assert.That(_term.Sent.Skip(before), Has.None.EqualTo(entry));
        Assert.That(_registry.Current.Entry("a", "u.service"), Is.Not.Null);
    }

    [Test]
    public async Task Where_leases_are_keys_a_machine_that_is_away_is_given_up(CancellationToken cancellation)
    {
        await UseAsync("a", "b", "c");
        await SubmitAsync("u.service");
        _term.AreLeasesKeys = true;
        _term.IsOver = machine => _registry.Current.Machine(machine) is null;
        _leadership.Set(_term);
        await UntilAsync(static s => s.Jobs.GetValueOrDefault("u.service")?.Target == "a", cancellation);
        await _client.DeleteAsync(s_keys.MachineObject("a"), KvDeleteOptions.None, cancellation);
        await UntilAsync(static s => s.Jobs.GetValueOrDefault("u.service")?.Target == "b", cancellation);
        Assert.That(_registry.Current.ScheduleOf("a"), Is.Empty);
    }

    [Test]
    public async Task A_write_outside_of_the_registry_is_not_waited_for_there(CancellationToken cancellation)
    {
        await UseAsync("a", "b", "c");
        const string Key = "/services/u";
        await SubmitAsync("u.service", $"Announce={Key} here");
        await _client.SetAsync(Key, "here", KvSetOptions.None, cancellation);
        await _client.SetAsync(
            s_keys.Announced("a", "u.service"), RegistryValues.WriteAnnounced([new(Key, "here")]),
            KvSetOptions.None, cancellation);

        // Of the first plan only the announced key goes, so its index is the last one that this term has made.
        int refusals = 0;
        _term.Fault = (key, _) => _term.Sent.Contains(Key) && key != Key && Interlocked.Increment(ref refusals) < 20
            ? Task.FromResult<KvOutcome>(
                new KvOutcome.Refused(new KvError((int)ErrorCode.CompareFailed, "Compare failed", "", 1)))
            : null;
        _leadership.Set(_term);
        await UntilAsync(static s => s.Jobs.GetValueOrDefault("u.service")?.Target == "a", cancellation);
        _term.Lose("a");
        await UntilAsync(
            static s => s.Machine("a") is null && s.Announced.IsEmpty && s.Entry("b", "u.service") is not null,
            cancellation);
        Assert.That(refusals, Is.GreaterThan(0));
    }

    [Test]
    public async Task A_refused_write_is_looked_at_again(CancellationToken cancellation)
    {
        await UseAsync("a", "b");
        int refusals = 0;
        _term.Fault = (key, _) => key.Contains("schedule", StringComparison.Ordinal)
            && Interlocked.Increment(ref refusals) < 3
                ? Task.FromResult<KvOutcome>(
                    new KvOutcome.Refused(new KvError((int)ErrorCode.CompareFailed, "Compare failed", "", 1)))
                : null;
        await SubmitAsync("u.service");
        _leadership.Set(_term);
        await UntilAsync(static s => s.Entry("a", "u.service") is not null, cancellation);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task After_a_write_without_an_answer_nothing_is_written_twice(
        bool isDone, CancellationToken cancellation)
    {
        await UseAsync("a", "b");
        int faults = 0;
        _term.Fault = (key, send) => key.Contains("schedule", StringComparison.Ordinal)
            && Interlocked.Increment(ref faults) == 1 ? LoseAnswerAsync(isDone, send) : null;
        await SubmitAsync("s.service", "Singleton=yes");
        _leadership.Set(_term);
        await UntilAsync(static s => s.Jobs.GetValueOrDefault("s.service")?.Target == "a", cancellation);
        await UntilAsync(static s => s.Entry("a", "s.service") is not null, cancellation);
        // One at the start of the term and one after the lost answer, which the entry may come before.
        await UntilAsync(_ => _term.Sent.Count(static k => k == s_keys.EngineVersion) == 2, cancellation);
        Assert.That(_registry.Current.EntriesOf("s.service"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task What_could_not_be_taken_from_a_machine_stays_there_when_that_is_back(
        CancellationToken cancellation)
    {
        await UseAsync("a", "b", "c");
        await SubmitAsync("u.service");
        _leadership.Set(_term);
        await UntilAsync(static s => s.Jobs.GetValueOrDefault("u.service")?.Target == "a", cancellation);
        string entry = s_keys.ScheduleEntry("a", "u.service");
        int before = _term.Sent.Count;
        _term.Fault = (key, _) =>
        {
            if (key != entry)
                return null;
            _term.Return("a");
            _term.Fault = static (_, _) => null;
            return Task.FromResult<KvOutcome>(new KvOutcome.Unknown("no answer came"));
        };
        _term.Lose("a");
        while (_term.Sent.Count == before)
            await Task.Delay(10, cancellation);
        await SubmitAsync("v.service");
        await UntilAsync(static s => s.ScheduleByUnit.ContainsKey("v.service"), cancellation);
        Assert.That(_registry.Current.Entry("a", "u.service"), Has.Property("State").EqualTo(ScheduleState.Launched));
        Assert.That(_registry.Current.EntriesOf("u.service"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task When_the_term_is_over_it_stops_and_the_next_one_goes_on(CancellationToken cancellation)
    {
        await UseAsync("a");
        await SubmitAsync("u.service");
        _leadership.Set(_term);
        await UntilAsync(static s => s.Jobs.GetValueOrDefault("u.service")?.Target == "a", cancellation);
        _term.End();
        _leadership.Set(null);
        await SubmitAsync("v.service");
        FakeTerm before = _term;
        _term = new FakeTerm(_client);
        _leadership.Set(_term);
        await UntilAsync(static s => s.Entry("a", "v.service") is not null, cancellation);
        Assert.That(before.Sent, Has.None.Contains("v.service"));
        before.Dispose();
    }

    private static async Task<KvOutcome> LoseAnswerAsync(bool isDone, Func<Task<KvOutcome>> send)
    {
        if (isDone)
            await send();
        return new KvOutcome.Unknown("no answer came");
    }

    private async Task FollowAsync()
    {
        try
        {
            await _registry.RunAsync(_stop.Token);
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task UseAsync(params string[] machines)
    {
        await PutAsync(s_keys.EngineVersion, RegistryValues.EngineVersion);
        foreach (string machine in machines)
            await PutAsync(
                s_keys.MachineObject(machine), RegistryValues.WriteMachine(new MachineObject { Id = machine }));
    }

    private async Task SubmitAsync(string name, params string[] fleet)
    {
        UnitFile file = UnitFile.Parse(EngineWorld.Text(fleet), out _)!;
        await PutAsync(s_keys.Unit(file.Hash), RegistryValues.WriteUnit(file));
        await PutAsync(s_keys.JobObject(name), RegistryValues.WriteJobObject(name, file.Hash));
        await PutAsync(s_keys.JobTargetState(name), "launched");
    }

    private async Task PutAsync(string key, string value)
    {
        KvOutcome outcome = await _client.SetAsync(key, value, KvSetOptions.None, _stop.Token);
        Assert.That(outcome, Is.InstanceOf<KvOutcome.Done>(), key);
    }

    private async Task UntilAsync(Func<RegistryState, bool> isSo, CancellationToken cancellation)
    {
        StoreIndex seen = StoreIndex.Zero;
        while (true)
        {
            RegistryState state = await _registry.WaitForChangeAsync(seen, cancellation);
            if (isSo(state))
                return;
            seen = state.Index;
        }
    }
}
