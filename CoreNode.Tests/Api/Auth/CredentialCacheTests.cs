using System.Globalization;
using System.Text;
using CoreNode.Api.Auth;
using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Store;

namespace CoreNode.Tests.Api.Auth;

[TestFixture, Category("Unit")]
internal sealed class CredentialCacheTests
{
    private KeyStateMachine _keys = null!;
    private SteppedTime _time = null!;
    private CredentialCache _cache = null!;
    private ulong _log;

    [SetUp]
    public void Make()
    {
        _keys = new KeyStateMachine(new KvOptions(), new StoreStatistics());
        _log = 0;
        _time = new SteppedTime();
        _cache = new CredentialCache(3, _time);
        SetUser("a");
    }

    [Test]
    public void A_right_one_is_known_until_its_user_changes()
    {
        AuthState state = State();
        CredentialDigest digest = _cache.DigestOf("Basic a");
        Assert.That(_cache.TryFind(digest, state, out _), Is.False);
        _cache.Add(digest, "a", state.FindUser("a")!.Version, isRight: true);
        Assert.That(_cache.TryFind(digest, state, out AuthUser? user), Is.True);
        Assert.That(user, Is.SameAs(state.FindUser("a")));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.That(_cache.TryFind(digest, state, out _), Is.True);
        SetUser("a");
        Assert.That(_cache.TryFind(digest, State(), out _), Is.False);
    }

    [Test]
    public void A_wrong_one_is_known_shortly_also_for_a_user_that_does_not_exist()
    {
        CredentialDigest wrong = _cache.DigestOf("Basic b");
        CredentialDigest stranger = _cache.DigestOf("Basic c");
        _cache.Add(wrong, "a", State().FindUser("a")!.Version, isRight: false);
        _cache.Add(stranger, "nobody", 0, isRight: false);
        foreach (CredentialDigest digest in new[] { wrong, stranger })
        {
            Assert.That(_cache.TryFind(digest, State(), out AuthUser? user), Is.True);
            Assert.That(user, Is.Null);
        }

        _time.Advance(CredentialCache.WrongFor);
        Assert.That(_cache.TryFind(wrong, State(), out _), Is.False);
        Assert.That(_cache.TryFind(stranger, State(), out _), Is.False);
    }

    [Test]
    public void A_wrong_one_is_asked_again_once_its_user_is_made()
    {
        CredentialDigest digest = _cache.DigestOf("Basic c");
        _cache.Add(digest, "c", 0, isRight: false);
        SetUser("c");
        Assert.That(_cache.TryFind(digest, State(), out _), Is.False);
    }

    [Test]
    public void The_oldest_make_room()
    {
        CredentialDigest[] digests = [.. Enumerable.Range(0, 5).Select(n => _cache.DigestOf(Text(n)))];
        foreach (CredentialDigest digest in digests)
            _cache.Add(digest, "a", State().FindUser("a")!.Version, isRight: true);
        Assert.That(_cache.Count, Is.EqualTo(3));
        Assert.That(
            digests.Select(digest => _cache.TryFind(digest, State(), out _)),
            Is.EqualTo(new[] { false, false, true, true, true }));
    }

    [Test]
    public void What_belongs_to_changed_users_is_dropped_and_the_rest_kept()
    {
        SetUser("b");
        AuthState before = State();
        _cache.Add(_cache.DigestOf("Basic a"), "a", before.FindUser("a")!.Version, isRight: true);
        _cache.Add(_cache.DigestOf("Basic b"), "b", before.FindUser("b")!.Version, isRight: true);
        SetUser("a");
        _cache.DropChanged(State());
        Assert.That(_cache.Count, Is.EqualTo(1));
        Assert.That(_cache.TryFind(_cache.DigestOf("Basic b"), State(), out _), Is.True);
    }

    [Test]
    public void Another_process_makes_other_digests_and_other_headers_do_too()
    {
        string[] headers = ["Basic a", "Basic b", new string('x', 8000), new string('x', 8001)];
        Assert.That(headers.Select(_cache.DigestOf).Distinct().Count(), Is.EqualTo(headers.Length));
        Assert.That(headers.Select(_cache.DigestOf), Is.EqualTo(headers.Select(_cache.DigestOf)));
        Assert.That(new CredentialCache(3, _time).DigestOf("Basic a"), Is.Not.EqualTo(_cache.DigestOf("Basic a")));
    }

    private static string Text(int n) => n.ToString(CultureInfo.InvariantCulture);

    private AuthState State() => AuthState.Read(_keys.Publish(), null);

    private void SetUser(string name) => _keys.Apply(
        new KeyCommand
        {
            Operation = KeyOperation.SystemSet,
            Key = Encoding.UTF8.GetBytes("auth/users/" + name),
            Value = AuthRecords.EncodeUser(PasswordHash.Decoy(1), null),
        }.Encode(),
        new LogIndex(++_log), new Term(1), 0);

    private sealed class SteppedTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan by) => _now += by.Ticks;
    }
}
