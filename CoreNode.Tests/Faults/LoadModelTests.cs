namespace CoreNode.Tests.Faults;

/// <summary>The judge of the kill test, judged: each way in which a store can break its word is noticed.</summary>
[TestFixture, Category("Unit")]
internal sealed class LoadModelTests
{
    private const string Key = "/load/registers-0/1";

    private static readonly DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly LoadOperation _set = Acknowledged("set", Key, "a", 10);
    private LoadModel _model = new();

    [SetUp]
    public void Begin()
    {
        _model = new LoadModel();
        _model.Judge(Reading(9));
    }

    [Test]
    public void What_was_acknowledged_and_is_there_is_no_violation()
    {
        _model.Record(_set);
        _model.Judge(Reading(10, (Key, _set.Stored!)));
        _model.Judge([Event(_set)], 9, 10, _ => false);
        Assert.That(_model.TakeViolations(), Is.Empty);
    }

    [Test]
    public void A_lost_acknowledged_write_is_noticed()
    {
        _model.Record(_set);
        _model.Judge(Reading(10));
        Assert.That(_model.TakeViolations(), Has.Some.Contains("but is absent"));
    }

    [Test]
    public void An_older_value_than_the_acknowledged_one_is_noticed()
    {
        LoadOperation later = Acknowledged("set", Key, "b", 11);
        _model.Record(_set);
        _model.Record(later);
        _model.Judge(Reading(11, (Key, _set.Stored!)));
        Assert.That(_model.TakeViolations(), Has.Some.Contains("must be b"));
    }

    [Test]
    public void A_deleted_key_that_comes_back_is_noticed()
    {
        _model.Record(_set);
        _model.Record(Acknowledged("delete", Key, null, 11));
        _model.Judge(Reading(11, (Key, _set.Stored!)));
        Assert.That(_model.TakeViolations(), Has.Some.Contains("nobody wrote it"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_write_of_unknown_outcome_may_be_there_or_not(bool isThere)
    {
        LoadOperation unknown = Unknown("set", Key, "b");
        _model.Record(_set);
        _model.Record(unknown);
        _model.Judge(Reading(11, (Key, isThere ? new StoredKey("b", 11, 11, null) : _set.Stored!)));
        Assert.That(_model.TakeViolations(), Is.Empty);
    }

    [Test]
    public void A_write_that_a_watcher_was_told_of_must_be_there()
    {
        _model.Record(_set);
        _model.Record(Unknown("set", Key, "b"));
        _model.Observe(new WatchedEvent(11, "set", Key, "b"));
        _model.Judge(Reading(11, (Key, _set.Stored!)));
        Assert.That(_model.TakeViolations(), Has.Some.Contains("must be b"));
    }

    [Test]
    public void A_write_that_a_reader_saw_must_be_there()
    {
        _model.Record(_set);
        _model.Record(Unknown("set", Key, "b"));
        _model.Observe(Key, new StoredKey("b", 11, 11, null));
        _model.Judge(Reading(11, (Key, _set.Stored!)));
        Assert.That(_model.TakeViolations(), Has.Some.Contains("must be b"));
    }

    [Test]
    public void An_index_given_twice_is_noticed()
    {
        _model.Record(_set);
        _model.Record(Acknowledged("set", "/load/registers-0/2", "b", 10));
        Assert.That(_model.TakeViolations(), Has.Some.Contains("given twice"));
    }

    [Test]
    public void An_index_of_before_the_restart_is_noticed()
    {
        _model.Record(Acknowledged("set", Key, "a", 9));
        Assert.That(_model.TakeViolations(), Has.Some.Contains("not above 9"));
    }

    [Test]
    public void A_store_index_that_goes_back_is_noticed()
    {
        _model.Observe(12);
        _model.Judge(Reading(11));
        Assert.That(_model.TakeViolations(), Has.Some.Contains("went back"));
    }

    [Test]
    public void An_in_order_post_that_was_applied_twice_is_noticed()
    {
        _model.Record(new LoadOperation { Method = "POST", Path = "/load/queue-0/1", Action = "create", Value = "q" });
        _model.Judge(Reading(
            11,
            ("/load/queue-0/1/00000000000000000010", new StoredKey("q", 10, 10, null)),
            ("/load/queue-0/1/00000000000000000011", new StoredKey("q", 11, 11, null))));
        Assert.That(_model.TakeViolations(), Has.Exactly(1).Contains("nobody wrote it"));
    }

    [Test]
    public void An_event_that_a_watcher_was_not_told_is_noticed_unless_the_server_said_so()
    {
        _model.Record(_set);
        _model.Judge([], 9, 10, index => index == 10);
        Assert.That(_model.TakeViolations(), Is.Empty);
        _model.Judge([], 9, 10, _ => false);
        Assert.That(_model.TakeViolations(), Has.Some.Contains("was not told of"));
    }

    [Test]
    public void An_event_told_twice_or_out_of_order_is_noticed()
    {
        _model.Record(_set);
        _model.Judge([Event(_set), Event(_set)], 9, 10, _ => false);
        Assert.That(_model.TakeViolations(), Has.Some.Contains("after index 10"));
    }

    [Test]
    public void An_event_of_a_write_that_nobody_made_is_noticed()
    {
        _model.Judge([new WatchedEvent(10, "set", Key, "x")], 9, 10, _ => false);
        Assert.That(_model.TakeViolations(), Has.Some.Contains("nobody's"));
    }

    [TestCase(-10, true, "outlived")]
    [TestCase(+10, false, "but is absent")]
    public void A_deadline_that_was_not_kept_is_noticed(int secondsFromNow, bool isThere, string complaint)
    {
        string deadline = _now.AddSeconds(secondsFromNow).UtcDateTime.ToString("O");
        LoadOperation expiring = _set with { Stored = _set.Stored! with { Expiration = deadline } };
        _model.Record(expiring);
        _model.Judge(isThere ? Reading(10, (Key, expiring.Stored!)) : Reading(10));
        Assert.That(_model.TakeViolations(), Has.Some.Contains(complaint));
    }

    private static StoreReading Reading(long index, params (string Key, StoredKey Stored)[] keys) =>
        new(keys.ToDictionary(k => k.Key, k => k.Stored), index, index, 1, _now, _now);

    private static LoadOperation Unknown(string action, string key, string? value) =>
        new() { Method = value is null ? "DELETE" : "PUT", Path = key, Action = action, Value = value, SentAt = _now };

    private static LoadOperation Acknowledged(string action, string key, string? value, long index) =>
        Unknown(action, key, value) with
        {
            Key = key,
            Index = index,
            Stored = value is null ? null : new StoredKey(value, index, index, null),
        };

    private static WatchedEvent Event(LoadOperation made) => new(made.Index, made.Action, made.Key, made.Value);
}
