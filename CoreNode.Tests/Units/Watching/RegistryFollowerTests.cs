using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Tests.Foundation;
using CoreNode.Units.Registry;
using CoreNode.Units.Watching;
using Microsoft.Extensions.Logging;

namespace CoreNode.Tests.Units.Watching;

/// <summary>List, watch, list again.</summary>
[TestFixture, Category("Unit"), CancelAfter(30_000)]
internal sealed class RegistryFollowerTests
{
    private static readonly RegistryKeys s_keys = RegistryKeys.Default;

    private readonly RecordedLog _log = new();
    private CancellationTokenSource _ended = new();
    private ScriptedStore _store = new();
    private RegistryFollower _follower = null!;
    private Task _run = Task.CompletedTask;

    [SetUp]
    public void Start()
    {
        _log.Lines.Clear();
        _ended = new CancellationTokenSource();
        _store = new ScriptedStore();
    }

    [TearDown]
    public async Task EndAsync()
    {
        await _ended.CancelAsync();
        try
        {
            await _run;
        }
        catch (OperationCanceledException)
        {
        }

        _ended.Dispose();
    }

    [OneTimeTearDown]
    public void Free() => _log.Dispose();

    [Test]
    public async Task It_lists_and_then_follows_changes_from_there(CancellationToken cancellation)
    {
        Follow(s_keys.Prefix);
        _store.Answer(Listing(40, Node(s_keys.EngineVersion, "1", 12)));
        RegistryState state = await _follower.WaitForListingAsync(cancellation);
        Assert.That((state.Index.Value, state.EngineVersion), Is.EqualTo((40UL, "1")));
        _store.Tell(Set(s_keys.MachineMetadata("m1", "k"), "v", 57));
        state = await _follower.WaitForIndexAsync(new StoreIndex(57), cancellation);
        Assert.That(state.Machines["m1"].Overlay["k"], Is.EqualTo("v"));
        Assert.That(_store.Requests, Is.EqualTo(new[] { $"get {s_keys.Prefix}", $"watch {s_keys.Prefix} 41" }));
    }

    [Test]
    public async Task A_prefix_that_does_not_exist_yet_is_an_empty_registry(CancellationToken cancellation)
    {
        Follow(s_keys.Prefix);
        Assert.That(_follower.IsListed, Is.False);
        _store.Answer(new KvOutcome.Refused(new KvError(100, "Key not found", "/_coreos.com", 7)));
        RegistryState state = await _follower.WaitForListingAsync(cancellation);
        Assert.That(
            (state.Index.Value, state.EngineVersion, _follower.IsListed), Is.EqualTo((7UL, (string?)null, true)));
        _store.Tell(Set(s_keys.EngineVersion, "1", 8));
        Assert.That((await _follower.WaitForChangeAsync(state.Index, cancellation)).EngineVersion, Is.EqualTo("1"));
        Assert.That(_store.Requests.Last(), Is.EqualTo($"watch {s_keys.Prefix} 8"));
    }

    [Test]
    public async Task A_lost_history_is_made_good_by_what_was_read_again(CancellationToken cancellation)
    {
        Follow(s_keys.Prefix);
        _store.Answer(Listing(40, Node(s_keys.EngineVersion, "1", 12)));
        await _follower.WaitForListingAsync(cancellation);
        KvNode now = new()
        {
            Key = s_keys.Prefix,
            IsDirectory = true,
            Nodes = [Node(s_keys.MachineMetadata("m1", "k"), "v", 900)],
        };
        _store.Tell(new KvWatchItem.HistoryLost(new StoreIndex(41), now, new StoreIndex(2000)));
        RegistryState state = await _follower.WaitForChangeAsync(new StoreIndex(40), cancellation);
        Assert.That((state.Index.Value, state.EngineVersion), Is.EqualTo((2000UL, (string?)null)));
        Assert.That(state.Machines.Keys, Is.EqualTo(new[] { "m1" }));
    }

    [Test]
    public async Task A_watch_that_was_read_again_from_the_past_is_begun_anew(CancellationToken cancellation)
    {
        Follow(s_keys.Prefix);
        _store.Answer(Listing(40, Node(s_keys.EngineVersion, "1", 12)));
        await _follower.WaitForListingAsync(cancellation);
        _store.Tell(new KvWatchItem.HistoryLost(new StoreIndex(41), null, new StoreIndex(30)));
        _store.Answer(Listing(50, Node(s_keys.EngineVersion, "2", 45)));
        RegistryState state = await _follower.WaitForChangeAsync(new StoreIndex(40), cancellation);
        Assert.That((state.Index.Value, state.EngineVersion), Is.EqualTo((50UL, "2")));
    }

    [Test]
    public async Task A_store_that_is_away_is_asked_again_and_told_of_once(CancellationToken cancellation)
    {
        Follow(s_keys.Prefix);
        for (int i = 0; i < 3; i++)
            _store.Answer(new KvOutcome.Unreachable("nobody there"));
        _store.Answer(Listing(40, Node(s_keys.EngineVersion, "1", 12)));
        await _follower.WaitForListingAsync(cancellation);
        Assert.That(_log.Lines.Count(l => l.Contains("nobody there", StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(_log.Lines.Last(), Does.Contain("answers about"));
    }

    [Test]
    public async Task A_damaged_value_is_told_once(CancellationToken cancellation)
    {
        Follow(s_keys.Prefix);
        _store.Answer(Listing(40, Node(s_keys.JobObject("a.service"), "{", 12)));
        await _follower.WaitForListingAsync(cancellation);
        _store.Tell(Set(s_keys.EngineVersion, "1", 41));
        await _follower.WaitForIndexAsync(new StoreIndex(41), cancellation);
        Assert.That(_log.Lines.Count(l => l.Contains("job/a.service/object", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public async Task A_part_of_the_registry_can_be_followed_alone(CancellationToken cancellation)
    {
        Follow(s_keys.Schedule("m1"));
        ScheduleEntry entry = new("m1", "a.service", "cafe", ScheduleState.Launched);
        KvNode node = Node(s_keys.ScheduleEntry("m1", "a.service"), RegistryValues.WriteEntry(entry), 12);
        _store.Answer(Listing(40, node, s_keys.Schedule("m1")));
        RegistryState state = await _follower.WaitForListingAsync(cancellation);
        Assert.That(state.ScheduleOf("m1")["a.service"].CreatedIndex.Value, Is.EqualTo(12));
        Assert.That(_store.Requests.First(), Is.EqualTo("get /_coreos.com/fleet/schedule/m1"));
    }

    private void Follow(string root)
    {
        _follower = new RegistryFollower(
            _store, s_keys, root, TimeProvider.System, new Logger<RegistryFollower>(_log));
        _run = _follower.RunAsync(_ended.Token);
    }

    private static KvOutcome.Done Listing(ulong index, KvNode node, string? root = null)
    {
        KvNode all = new() { Key = root ?? s_keys.Prefix, IsDirectory = true, Nodes = [node] };
        return new KvOutcome.Done(new KvChange(KeyAction.Get, all, null, new StoreIndex(index)));
    }

    private static KvWatchItem.Changed Set(string key, string value, ulong index) =>
        new(new KvChange(KeyAction.Set, Node(key, value, index), null, new StoreIndex(index)));

    private static KvNode Node(string key, string value, ulong index) => new()
    {
        Key = key,
        Value = value,
        CreatedIndex = new StoreIndex(index),
        ModifiedIndex = new StoreIndex(index),
    };
}
