using CoreNode.Cluster.Clients;
using CoreNode.RebootLock;
using CoreNode.Store;
using CoreNode.Tests.Api;

namespace CoreNode.Tests.RebootLock;

/// <summary>Notes about releases that went back, on a store in memory.</summary>
[TestFixture, Category("Unit")]
[CancelAfter(60_000)]
internal sealed class FailedReleasesTests
{
    private static readonly FailedRelease s_failed = new(
        "2.0", "m1", new DateTimeOffset(2026, 11, 22, 3, 0, 0, TimeSpan.Zero), "not healthy in time", false);

    private LocalKvClient _store = null!;
    private FailedReleases _notes = null!;

    [SetUp]
    public void Begin()
    {
        ManualTime time = new(s_failed.At);
        _store = new LocalKvClient(new MemoryKeyStore(time), time);
        _notes = new FailedReleases(_store);
    }

    [Test]
    public async Task Nothing_is_known_of_a_release_before_it_is_noted(CancellationToken stop)
    {
        Assert.That(await _notes.FindAsync("", "2.0", stop), Is.Null);
        Assert.That(await _notes.ListAsync("", stop), Is.Empty);
        Assert.That(await _notes.AllowAsync("", "2.0", stop), Is.False);
    }

    [Test]
    public async Task The_first_failure_stays_and_is_one_of_its_group([Values("", "prod/db")] string group)
    {
        await _notes.NoteAsync(group, s_failed, CancellationToken.None);
        await _notes.NoteAsync(group, s_failed with { Machine = "m2" }, CancellationToken.None);
        Assert.That(await _notes.FindAsync(group, "2.0", CancellationToken.None), Is.EqualTo(s_failed));
        Assert.That(await _notes.ListAsync(group, CancellationToken.None), Is.EqualTo(new[] { s_failed }));
        Assert.That(await _notes.FindAsync("other", "2.0", CancellationToken.None), Is.Null);
        Assert.That(await _notes.FindAsync(group, "2.1", CancellationToken.None), Is.Null);
    }

    [Test]
    public async Task What_was_allowed_stays_allowed_when_the_same_failure_is_noted_again(CancellationToken stop)
    {
        await _notes.NoteAsync("", s_failed, stop);
        Assert.That(await _notes.AllowAsync("", "2.0", stop), Is.True);
        await _notes.NoteAsync("", s_failed, stop);
        Assert.That(await _notes.FindAsync("", "2.0", stop), Is.EqualTo(s_failed with { IsAllowed = true }));
    }

    [Test]
    public async Task It_stands_beside_the_lock_as_the_formats_say(CancellationToken stop)
    {
        await _notes.NoteAsync("prod/db", s_failed with { Version = "_2.0+a" }, stop);
        KvOutcome read = await _store.GetAsync(
            "/_coreos.com/rebootlock/groups/prod%2Fdb/failed/%5F2.0%2Ba", KvGetOptions.Plain, stop);
        Assert.That(
            ((KvOutcome.Done)read).Change.Node.Value,
            Is.EqualTo("""{"version":1,"release":"_2.0\u002Ba","machine":"m1","at":"2026-11-22T03:00:00Z","""
                + "\"why\":\"not healthy in time\",\"allowed\":false}"));
    }

    [Test]
    public async Task A_note_that_cannot_be_read_says_nothing(CancellationToken stop)
    {
        await _store.SetAsync("/_coreos.com/rebootlock/failed/2.0", "what?", KvSetOptions.None, stop);
        Assert.That(await _notes.FindAsync("", "2.0", stop), Is.Null);
        Assert.That(await _notes.ListAsync("", stop), Is.Empty);
    }
}
