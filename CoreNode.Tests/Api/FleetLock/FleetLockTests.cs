using System.Buffers;
using System.Text;
using CoreNode.Api.FleetLock;
using CoreNode.RebootLock;
using CoreNode.Store;
using CoreNode.Tests.RebootLock;

namespace CoreNode.Tests.Api.FleetLock;

/// <summary>FleetLock as its protocol says, and what it says where something is wrong.</summary>
[TestFixture, Category("Unit"), CancelAfter(60_000)]
internal sealed class FleetLockTests
{
    private const string Machine = "3d1219c7c4c5404aaa1f6d2a48adfda4";

    // As systemd-id128 tells it of that machine id.
    private const string MachineOfZincati = "975228d46dc94622b9bbe16671e2b58d";

    private FleetLockHarness _server = null!;

    [SetUp]
    public async Task StartAsync() => _server = await FleetLockHarness.StartAsync();

    [TearDown]
    public ValueTask StopAsync() => _server.DisposeAsync();

    [Test]
    public async Task The_lock_is_taken_and_given_back_and_both_may_be_repeated(CancellationToken stop)
    {
        Assert.That((await _server.LockAsync("m1")).Status, Is.EqualTo(200));
        Assert.That((await _server.LockAsync("m1")).Status, Is.EqualTo(200));
        (int status, string kind, string value) = await _server.LockAsync("m2");
        Assert.That((status, kind), Is.EqualTo((423, "failed_lock_semaphore_full")));
        Assert.That(value, Does.Contain("m1"));
        Assert.That((await _server.UnlockAsync("m2")).Status, Is.EqualTo(200));
        Assert.That((await _server.UnlockAsync("m1")).Status, Is.EqualTo(200));
        Assert.That((await _server.UnlockAsync("m1")).Status, Is.EqualTo(200));
        Assert.That((await _server.LockAsync("m2")).Status, Is.EqualTo(200));
        LockStatus lockNow = await _server.Locks.ReadAsync("", stop);
        Assert.That(lockNow.Holders[0].Id, Is.EqualTo("m2"));
        Assert.That(lockNow.Holders[0].Reason, Is.EqualTo("FleetLock, asked from 127.0.0.1"));
    }

    [Test]
    public async Task Its_default_group_is_locksmiths_and_others_are_their_own(CancellationToken stop)
    {
        Assert.That(await new OldLocksmith(_server.Store, "old").LockAsync(stop), Is.Empty);
        Assert.That((await _server.LockAsync("m1")).Status, Is.EqualTo(423));
        Assert.That((await _server.LockAsync("m1", "db.prod-1")).Status, Is.EqualTo(200));
        Assert.That((await _server.Locks.ReadAsync("db.prod-1", stop)).Free, Is.Zero);
    }

    [TestCase("", "invalid_body")]
    [TestCase("hello", "invalid_body")]
    [TestCase("[]", "invalid_body")]
    [TestCase("{}", "invalid_body")]
    [TestCase("""{"client_params":7}""", "invalid_body")]
    [TestCase("""{"client_params":{"id":"a","group":"b"}} x""", "invalid_body")]
    [TestCase("""{"client_params":{}}""", "invalid_client_identity")]
    [TestCase("""{"client_params":{"id":"","group":"default"}}""", "invalid_client_identity")]
    [TestCase("""{"client_params":{"id":7,"group":"default"}}""", "invalid_client_identity")]
    [TestCase("""{"client_params":{"id":"a\nb","group":"default"}}""", "invalid_client_identity")]
    [TestCase("""{"client_params":{"id":"a"}}""", "invalid_group")]
    [TestCase("""{"client_params":{"id":"a","group":""}}""", "invalid_group")]
    [TestCase("""{"client_params":{"id":"a","group":"a/b"}}""", "invalid_group")]
    [TestCase("""{"client_params":{"id":"a","group":".."}}""", "invalid_group")]
    [TestCase("""{"client_params":{"id":"a","group":"ü"}}""", "invalid_group")]
    public async Task A_body_that_is_none_is_refused(string body, string kind)
    {
        foreach (string endpoint in new[] { "/v1/pre-reboot", "/v1/steady-state" })
        {
            (int status, string found, string value) = await _server.AskAsync(endpoint, body);
            Assert.That((status, found), Is.EqualTo((400, kind)), value);
            Assert.That(value, Is.Not.Empty);
        }

        Assert.That(_server.Memory.Current.Index.Value, Is.EqualTo(3), "nothing was written");
    }

    [Test]
    public async Task Ids_and_bodies_have_limits()
    {
        Assert.That((await _server.LockAsync(new string('x', 256))).Status, Is.EqualTo(200));
        Assert.That((await _server.LockAsync(new string('x', 257))).Kind, Is.EqualTo("invalid_client_identity"));
        Assert.That((await _server.LockAsync("m", new string('x', 257))).Kind, Is.EqualTo("invalid_group"));
        (int status, string kind, _) = await _server.LockAsync(new string('x', 20_000));
        Assert.That((status, kind), Is.EqualTo((413, "body_too_large")));
    }

    [Test]
    public async Task The_header_the_method_and_the_path_are_looked_at()
    {
        string body = FleetLockHarness.Body("m1", "default");
        Assert.That((await _server.AskAsync("/v1/pre-reboot", body, header: null)).Kind, Is.EqualTo("missing_header"));
        Assert.That((await _server.AskAsync("/v1/pre-reboot", body, "yes")).Status, Is.EqualTo(400));
        (int status, string kind, _) = await _server.AskAsync("/v1/pre-reboot", "", method: "PUT");
        Assert.That((status, kind), Is.EqualTo((405, "method_not_allowed")));
        Assert.That((await _server.AskAsync("/v1/other", body)).Kind, Is.EqualTo("unknown_endpoint"));
        Assert.That((await _server.AskAsync("/v2/keys/a", body)).Status, Is.EqualTo(404));
        Assert.That(_server.Memory.Current.Index.Value, Is.EqualTo(3), "nothing was written");
    }

    [Test]
    public async Task A_token_is_asked_for_where_there_is_one()
    {
        await using FleetLockHarness guarded = await FleetLockHarness.StartAsync("0123456789abcdef");
        string body = FleetLockHarness.Body("m1", "default");
        foreach (string? wrong in new[] { null, "Bearer 0123456789abcdeX", "Basic 0123456789abcdef", "Bearer " })
        {
            (int status, string kind, _) = await guarded.AskAsync("/v1/pre-reboot", body, authorization: wrong);
            Assert.That((status, kind), Is.EqualTo((401, "unauthorized")), wrong);
        }

        Assert.That(
            (await guarded.AskAsync("/v1/pre-reboot", body, authorization: "Bearer 0123456789abcdef")).Status,
            Is.EqualTo(200));
    }

    [TestCase(Machine)]
    [TestCase(MachineOfZincati)]
    public async Task A_machine_of_the_cluster_is_drained_once_it_has_the_lock(string id)
    {
        _server.Drains.Machines.AddRange(["00000000000000000000000000000001", Machine]);
        await _server.LockAsync("other");
        Assert.That((await _server.LockAsync(id)).Status, Is.EqualTo(423));
        Assert.That(_server.Drains.Asked, Is.Empty, "it has no lock");
        await _server.UnlockAsync("other");
        Assert.That((await _server.LockAsync(id)).Status, Is.EqualTo(200));
        Assert.That((await _server.UnlockAsync(id)).Status, Is.EqualTo(200));
        Assert.That((await _server.UnlockAsync(id)).Status, Is.EqualTo(200));
        Assert.That(_server.Drains.Asked, Is.EqualTo(new[] { $"drain {Machine}", $"uncordon {Machine}" }));
    }

    [Test]
    public async Task A_machine_that_cannot_be_emptied_is_not_let_go(CancellationToken stop)
    {
        _server.Drains.Machines.Add(Machine);
        _server.Drains.Left = "db.service can run nowhere else";
        (int status, string kind, string value) = await _server.LockAsync(Machine);
        Assert.That((status, kind, value), Is.EqualTo((503, "failed_drain", "db.service can run nowhere else")));
        Assert.That((await _server.Locks.ReadAsync("", stop)).Holders[0].Id, Is.EqualTo(Machine), "it goes on");
        _server.Drains.Left = null;
        Assert.That((await _server.LockAsync(Machine)).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_machine_that_cannot_go_does_not_keep_the_lock_from_the_others(CancellationToken stop)
    {
        _server.Drains.Machines.Add(Machine);
        _server.Drains.Obstacle = "db.service can run nowhere else";
        (int status, string kind, string value) = await _server.LockAsync(Machine);
        Assert.That((status, kind), Is.EqualTo((503, "failed_drain")));
        Assert.That(value, Is.EqualTo("the lock was not taken: db.service can run nowhere else"));
        Assert.That((await _server.LockAsync("other")).Status, Is.EqualTo(200));
        Assert.That((await _server.LockAsync(Machine)).Status, Is.EqualTo(423));
        Assert.That((await _server.UnlockAsync("other")).Status, Is.EqualTo(200));
        Assert.That((await _server.Locks.ReadAsync("", stop)).Holders, Is.Empty);
        Assert.That(_server.Drains.Asked, Is.Empty, "nothing was moved");
        _server.Drains.Obstacle = null;
        Assert.That((await _server.LockAsync(Machine)).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Machines_that_cannot_be_looked_up_are_told(CancellationToken stop)
    {
        Assert.That((await _server.LockAsync("m1")).Status, Is.EqualTo(200));
        _server.Drains.IsAway = true;
        Assert.That((await _server.LockAsync("m1")).Kind, Is.EqualTo("failed_drain"));
        Assert.That((await _server.UnlockAsync("m1")).Kind, Is.EqualTo("failed_uncordon"));
        Assert.That((await _server.Locks.ReadAsync("", stop)).Holders, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_store_that_does_not_serve_is_told(CancellationToken stop)
    {
        await _server.Store.SetAsync(OldLocksmith.Key, "rubbish", KvSetOptions.None, stop);
        Assert.That((await _server.LockAsync("m1")).Kind, Is.EqualTo("damaged_lock"));
        (int status, string kind, _) = await _server.UnlockAsync("m1");
        Assert.That((status, kind), Is.EqualTo((500, "damaged_lock")));
        _server.Memory.Refusal = KeyError.Of(ErrorCode.RaftInternal, "etcdserver: request timed out");
        (status, kind, _) = await _server.LockAsync("m1");
        Assert.That((status, kind), Is.EqualTo((503, "failed_lock")));
    }

    [Test]
    public async Task Requests_are_counted_by_kind()
    {
        await _server.LockAsync("m1");
        await _server.LockAsync("m2");
        await _server.LockAsync("");
        ArrayBufferWriter<byte> text = new();
        _server.Metrics.WriteTo(text);
        string metrics = Encoding.UTF8.GetString(text.WrittenSpan);
        foreach (string kind in new[] { "done", "failed_lock_semaphore_full", "invalid_client_identity" })
        {
            Assert.That(metrics, Does.Contain(
                $"corenode_fleetlock_requests_total{{endpoint=\"pre-reboot\",kind=\"{kind}\"}} 1\n"));
        }
    }

    [Test]
    public void Kinds_have_words_of_their_own_and_statuses_of_failures()
    {
        FleetLockKind[] kinds = Enum.GetValues<FleetLockKind>();
        Assert.That(kinds.Select(FleetLockKinds.Name), Is.Unique.And.All.Match("^[a-z_]+$"));
        foreach (FleetLockKind kind in kinds.Skip(1))
            Assert.That(FleetLockKinds.Status(kind), Is.InRange(400, 599), kind.ToString());
    }

    [Test]
    public void Zincatis_id_is_systemds()
    {
        Assert.That(ZincatiIds.Of(Machine), Is.EqualTo(MachineOfZincati));
        Assert.That(ZincatiIds.Names("x", "no machine id"), Is.False);
        Assert.That(ZincatiIds.Of("zz"), Is.Empty);
    }
}
