using CoreNode.Api.Auth;

namespace CoreNode.Tests.Api.Auth;

/// <summary>
/// The queue for passwords. Hashes with so many iterations that one is still running while the test fills the queue
/// behind it; what is asserted does not depend on how long it takes.
/// </summary>
[TestFixture, Category("Unit")]
internal sealed class PasswordThreadTests
{
    private static readonly PasswordLimits s_limits = new()
    {
        Iterations = 1,
        MaxWaiting = 5,
        MaxWaitingOfUser = 3,
    };

    // One job that takes long enough for all others to be queued behind it.
    private static readonly AuthUser s_slow = User("slow", 400_000);

    private PasswordThread _thread = null!;

    [SetUp]
    public void Make() => _thread = new PasswordThread(s_limits);

    [TearDown]
    public void Stop() => _thread.Dispose();

    [Test]
    public async Task Right_and_wrong_passwords_and_unknown_users_are_told_apart()
    {
        AuthUser user = User("a", 1);
        Assert.That(await Verify(1, "a", "pw", user)!, Is.True);
        Assert.That(await Verify(2, "a", "px", user)!, Is.False);
        Assert.That(await Verify(3, "b", "pw", null)!, Is.False);
        Assert.That((await _thread.HashAsync("new"u8.ToArray()))!.Fits("new"u8), Is.True);
    }

    [Test]
    public async Task Who_asks_for_the_same_credential_shares_one_verification()
    {
        Task<bool> first = Verify(1, "slow", "pw", s_slow)!;
        Task<bool> second = Verify(2, "a", "pw", User("a", 1))!;
        Assert.That(Verify(1, "slow", "pw", s_slow), Is.SameAs(first));
        await Task.WhenAll(first, second);
        Assert.That(_thread.Done, Is.EqualTo(2));
    }

    [Test]
    public async Task A_verification_against_an_earlier_record_is_not_shared()
    {
        AuthUser changed = User("slow", 1) with { Version = 2, Password = PasswordHash.Make("other"u8, 1) };
        Task<bool> before = Verify(1, "slow", "pw", s_slow)!;
        Task<bool> after = Verify(1, "slow", "pw", changed)!;
        Assert.That((await before, await after), Is.EqualTo((true, false)));
    }

    [Test]
    public async Task What_waits_is_bounded_in_all_and_of_one_user()
    {
        Task<bool>?[] ofOne = [.. Enumerable.Range(1, 4).Select(n => Verify((ulong)n, "slow", "pw", s_slow))];
        Assert.That(ofOne.Select(task => task is null), Is.EqualTo(new[] { false, false, false, true }));
        Task<bool>?[] others = [.. Enumerable.Range(11, 3).Select(n => Verify((ulong)n, $"u{n}", "x", null))];
        Assert.That(others.Select(task => task is null), Is.EqualTo(new[] { false, false, true }));
        Assert.That((_thread.Waiting, _thread.Refused), Is.EqualTo((5, 2)));

        // New passwords do not wait behind guesses.
        ValueTask<PasswordHash?> made = _thread.HashAsync("new"u8.ToArray());
        Assert.That(await made, Is.Not.Null);
        await Task.WhenAll(ofOne.Concat(others).OfType<Task<bool>>());
        Assert.That(Verify(21, "slow", "no", s_slow), Is.Not.Null, "there is room again");
    }

    [Test]
    public async Task Who_waits_when_it_stops_is_refused()
    {
        Task<bool> running = Verify(1, "slow", "pw", s_slow)!;
        Task<bool> waiting = Verify(2, "a", "pw", User("a", 1))!;
        _thread.Dispose();
        Assert.That(running.IsCompleted, Is.True);
        Assert.That(await waiting, Is.False);
        Assert.That(Verify(3, "a", "pw", User("a", 1)), Is.Null);
        _thread = new PasswordThread(s_limits);
    }

    private static AuthUser User(string name, int iterations) =>
        new(name, PasswordHash.Make("pw"u8, iterations), null, 1);

    private Task<bool>? Verify(ulong number, string user, string password, AuthUser? known) => _thread.TryVerify(
        new CredentialDigest(number, 0, 0, 0),
        new BasicCredential(user, System.Text.Encoding.UTF8.GetBytes(password)),
        known);
}
