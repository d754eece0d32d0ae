using System.Text;
using CoreNode.Api;
using CoreNode.Api.Auth;
using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Store;

namespace CoreNode.Tests.Api.Auth;

/// <summary>Who may do what, as etcd 3.4 decides: no server, no password that takes time.</summary>
[TestFixture, Category("Unit")]
internal sealed class AuthDecisionTests
{
    private KeyStateMachine _keys = null!;
    private ulong _log;

    [SetUp]
    public void MakeUsers()
    {
        _keys = new KeyStateMachine(new KvOptions(), new StoreStatistics());
        _log = 0;
        Role("guest", ["/pub", "/open/*"], ["/open/*"]);
        Role("app", ["/app", "/app/*", "/exact"], ["/app/*"]);
        Role("all", ["*"], []);
        Role("odd", ["", "/o*d"], null);
        User("root", null);
        User("app", ["app"]);
        User("both", ["app", "gone", "all"]);
        User("admin", ["root"]);
        User("odd", ["odd"]);
        User("idle", null);
    }

    [TestCase("/app/x", false, false, true)]
    [TestCase("/app/x", true, false, true)]
    [TestCase("/app/x", false, true, true)]
    [TestCase("/app", false, false, true)]
    [TestCase("/app", true, false, false, Description = "the pattern ends with a slash and a star")]
    [TestCase("/app", false, true, false, Description = "an exact pattern does not reach below")]
    [TestCase("/app/", true, false, true)]
    [TestCase("/app/", false, true, true)]
    [TestCase("/application", false, false, false)]
    [TestCase("/exact", false, false, true)]
    [TestCase("/exact", true, false, false)]
    [TestCase("/exact", false, true, false)]
    [TestCase("/exact/x", false, false, false)]
    [TestCase("/", false, false, false)]
    [TestCase("", false, false, false)]
    [TestCase("/open/x", true, false, false, Description = "the guest's rights are not everybody's")]
    public void A_user_has_the_rights_of_its_roles(string key, bool isWrite, bool isRecursive, bool isOpen) =>
        Assert.That(Opens("app", key, isWrite, isRecursive), Is.EqualTo(isOpen));

    [TestCase("/pub", false, false, true)]
    [TestCase("/pub", false, true, true, Description = "etcd asks a guest for the key itself only")]
    [TestCase("/pub", true, false, false)]
    [TestCase("/pub/x", false, false, false)]
    [TestCase("/open/x", true, true, true)]
    [TestCase("/open", false, false, false)]
    [TestCase("", false, false, false)]
    public void Without_a_user_the_role_guest_counts(string key, bool isWrite, bool isRecursive, bool isOpen) =>
        Assert.That(
            State().Guest.Opens(Encoding.UTF8.GetBytes(key), isWrite, isRecursive), Is.EqualTo(isOpen));

    [Test]
    public void Several_roles_add_up_and_those_that_do_not_exist_give_nothing()
    {
        Assert.That(Opens("both", "/anything", false, true), Is.True);
        Assert.That(Opens("both", "/app/x", true, false), Is.True);
        Assert.That(Opens("both", "/anything", true, false), Is.False);
        Assert.That(Rights("both").IsRoot, Is.False);
    }

    [Test]
    public void The_role_root_opens_everything_and_the_user_root_always_has_it()
    {
        Assert.That((Rights("root").IsRoot, Rights("admin").IsRoot, Rights("app").IsRoot), Is.EqualTo(
            (true, true, false)));
        Assert.That(Opens("root", "", true, true), Is.True);
        Assert.That(Opens("admin", "/x", true, true), Is.True);
        Assert.That(AccessRights.Root.Opens("/x"u8, true, true), Is.True);
    }

    [Test]
    public void Empty_patterns_open_nothing_and_only_a_star_at_the_end_is_one()
    {
        Assert.That(Opens("odd", "", false, false), Is.False);
        Assert.That(Opens("odd", "/odd", false, false), Is.False);
        Assert.That(Opens("odd", "/o*d", false, false), Is.True);
        Assert.That(Opens("odd", "/o*d", true, false), Is.False, "no list at all");
    }

    [Test]
    public void Without_a_guest_role_or_with_none_of_ones_own_nothing_is_open()
    {
        Apply(KeyOperation.SystemDelete, "auth/roles/guest", []);
        Assert.That(State().Guest.Opens("/pub"u8, false, false), Is.False);
        Assert.That(Opens("idle", "/pub", false, false), Is.False);
    }

    [TestCase(false, null, false, "guest")]
    [TestCase(true, null, false, "root", Description = "administers the machine")]
    [TestCase(true, "app", true, "root")]
    [TestCase(false, "app", true, "app")]
    [TestCase(false, "app", false, "guest", Description = "the listener does not ask for certificates")]
    [TestCase(false, "stranger", true, "guest", Description = "no such user")]
    [TestCase(false, "root", true, "root")]
    public void Without_a_header_the_connection_says_who_it_is(
        bool isMachineAdmin, string? certificate, bool asks, string expected)
    {
        AuthState state = State();
        AccessRights found = AuthGate.WithoutHeader(new Caller(isMachineAdmin, certificate), asks, state);
        (bool, bool, bool) rights = (
            found.IsRoot, found.Opens("/app/x"u8, true, false), found.Opens("/open/x"u8, true, false));
        Assert.That(rights, Is.EqualTo(expected switch
        {
            "root" => (true, true, true),
            "app" => (false, true, false),
            _ => (false, false, true),
        }));
    }

    [TestCase("Basic YTpi", "a", "b")]
    [TestCase("basic YTpi", "a", "b")]
    [TestCase("Basic YTpiOmM=", "a", "b:c", Description = "the password may have colons")]
    [TestCase("Basic Og==", "", "")]
    [TestCase("Basic YQ==", null, null, Description = "no colon")]
    [TestCase("Basic YTpi=", null, null)]
    [TestCase("Basic YTp", null, null)]
    [TestCase("Basic  YTpi", null, null)]
    [TestCase("Basic YTpi ", null, null)]
    [TestCase("Basic", null, null)]
    [TestCase("Bearer YTpi", null, null)]
    [TestCase("YTpi", null, null)]
    public void A_header_is_read_as_go_reads_it(string header, string? user, string? password)
    {
        bool isGood = BasicCredential.TryParse(header, out BasicCredential credential);
        Assert.That(isGood, Is.EqualTo(user is not null));
        if (isGood)
        {
            Assert.That((credential.User, Encoding.UTF8.GetString(credential.Password)), Is.EqualTo((user, password)));
        }
    }

    [Test]
    public void What_did_not_change_is_not_read_again()
    {
        AuthState first = State();
        User("new", ["app"]);
        AuthState second = AuthState.Read(_keys.Publish(), first);
        Assert.That(second.FindUser("app"), Is.SameAs(first.FindUser("app")));
        Assert.That(second.FindUser("new"), Is.Not.Null);
        User("app", ["all"]);
        AuthState third = AuthState.Read(_keys.Publish(), second);
        Assert.That(third.FindUser("app"), Is.Not.SameAs(first.FindUser("app")));
        Assert.That(third.RightsOf(third.FindUser("app")!).Opens("/x"u8, false, false), Is.True);
    }

    private AuthState State() => AuthState.Read(_keys.Publish(), null);

    private AccessRights Rights(string user)
    {
        AuthState state = State();
        return state.RightsOf(state.FindUser(user)!);
    }

    private bool Opens(string user, string key, bool isWrite, bool isRecursive) =>
        Rights(user).Opens(Encoding.UTF8.GetBytes(key), isWrite, isRecursive);

    private void Role(string name, string[]? read, string[]? write) =>
        Apply(KeyOperation.SystemSet, "auth/roles/" + name, AuthRecords.EncodeRole(read, write));

    private void User(string name, string[]? roles) => Apply(
        KeyOperation.SystemSet, "auth/users/" + name, AuthRecords.EncodeUser(PasswordHash.Decoy(1), roles));

    private void Apply(KeyOperation operation, string key, byte[] value) => _keys.Apply(
        new KeyCommand { Operation = operation, Key = Encoding.UTF8.GetBytes(key), Value = value }.Encode(),
        new LogIndex(++_log), new Term(1), 0);
}
