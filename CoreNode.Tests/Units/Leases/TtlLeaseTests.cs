using CoreNode.Cluster.Clients;
using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Tests.Api;
using CoreNode.Units.Leases;
using CoreNode.Units.Registry;
using CoreNode.Units.Watching;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Units.Leases;

/// <summary>Leases and leadership as keys with lifetimes, as on an existing etcd.</summary>
[TestFixture, Category("Unit")]
[CancelAfter(60_000)]
internal sealed class TtlLeaseTests
{
    private const string Id = "0123456789abcdef0123456789abcdef";
    private static readonly RegistryKeys s_keys = RegistryKeys.Default;
    private static readonly TtlTimes s_times = new();

    private ManualTime _time = null!;
    private MemoryKeyStore _store = null!;
    private LocalKvClient _client = null!;

    [SetUp]
    public void Start()
    {
        _time = new ManualTime(DateTimeOffset.FromUnixTimeSeconds(1_795_000_000));
        _store = new MemoryKeyStore(_time);
        _client = new LocalKvClient(_store, _time);
    }

    [Test]
    public async Task A_machine_registers_with_a_lifetime_and_keeps_it(CancellationToken stop)
    {
        TtlMachineLease lease = new(_client, s_keys, _time);
        LeaseGrant grant = await lease.RenewAsync(Renewal("one"), stop);
        Assert.That((grant.Kind, grant.Duration), Is.EqualTo((LeaseGrantKind.Granted, TimeSpan.FromSeconds(10))));
        ulong index = _store.Current.Index.Value;
        for (int i = 0; i < 8; i++)
        {
            Pass(2.5);
            Assert.That((await lease.RenewAsync(Renewal("one"), stop)).Kind, Is.EqualTo(LeaseGrantKind.Granted));
        }

        KvNode? node = await FindAsync(stop);
        Assert.That(node!.Value, Does.Contain("\"Instance\":\"one\""));
        Assert.That(node.CreatedIndex.Value, Is.EqualTo(index), "it was never away");
        Assert.That(node.TtlSeconds, Is.EqualTo(10));
    }

    [Test]
    public async Task A_renewal_tells_no_watcher_and_a_changed_registration_does(CancellationToken stop)
    {
        TtlMachineLease lease = new(_client, s_keys, _time);
        await lease.RenewAsync(Renewal("one"), stop);
        await using IAsyncEnumerator<KvWatchItem> watch =
            _client.WatchAsync(s_keys.Machines, true, _store.Current.Index.Next, stop).GetAsyncEnumerator(stop);
        await lease.RenewAsync(Renewal("one"), stop);
        await lease.RenewAsync(Renewal("one", ip: "10.0.0.9"), stop);
        Assert.That(await watch.MoveNextAsync(), Is.True);
        Assert.That(((KvWatchItem.Changed)watch.Current).Change.Node.Value, Does.Contain("10.0.0.9"));
    }

    [Test]
    public async Task A_second_machine_of_that_id_is_refused_until_the_first_is_gone(CancellationToken stop)
    {
        TtlMachineLease first = new(_client, s_keys, _time);
        TtlMachineLease second = new(_client, s_keys, _time);
        await first.RenewAsync(Renewal("one"), stop);
        LeaseGrant refused = await second.RenewAsync(Renewal("two"), stop);
        Assert.That(refused.Kind, Is.EqualTo(LeaseGrantKind.Duplicate));
        Assert.That(refused.Reason, Does.Contain(Id));
        Assert.That((await first.RenewAsync(Renewal("one"), stop)).Kind, Is.EqualTo(LeaseGrantKind.Granted));
        Pass(11);
        Assert.That((await second.RenewAsync(Renewal("two"), stop)).Kind, Is.EqualTo(LeaseGrantKind.Granted));
        Assert.That((await first.RenewAsync(Renewal("one"), stop)).Kind, Is.EqualTo(LeaseGrantKind.Duplicate));
    }

    [Test]
    public async Task A_program_that_starts_again_takes_its_own_key_over(CancellationToken stop)
    {
        await new TtlMachineLease(_client, s_keys, _time).RenewAsync(Renewal("one"), stop);
        TtlMachineLease again = new(_client, s_keys, _time);
        Assert.That((await again.RenewAsync(Renewal("one"), stop)).Kind, Is.EqualTo(LeaseGrantKind.Granted));
        await again.ReleaseAsync(Renewal("one"), stop);
        Assert.That(await FindAsync(stop), Is.Null);
    }

    [Test]
    public async Task Without_a_quorum_the_store_is_not_reached(CancellationToken stop)
    {
        TtlMachineLease lease = new(_client, s_keys, _time);
        await lease.RenewAsync(Renewal("one"), stop);
        _store.Refusal = KeyError.Of(ErrorCode.RaftInternal, "etcdserver: request timed out");
        LeaseGrant grant = await lease.RenewAsync(Renewal("one"), stop);
        Assert.That(grant.Kind, Is.EqualTo(LeaseGrantKind.Unreachable));
        Assert.That(grant.Reason, Does.Contain("request timed out"));
        _store.Refusal = null;
        Assert.That((await lease.RenewAsync(Renewal("one"), stop)).Kind, Is.EqualTo(LeaseGrantKind.Granted));
    }

    [Test]
    public async Task One_decides_at_a_time_and_the_next_one_when_it_goes(CancellationToken stop)
    {
        using CancellationTokenSource off = CancellationTokenSource.CreateLinkedTokenSource(stop);
        TtlTimes quick = new() { Lifetime = TimeSpan.FromSeconds(1) };
        LocalKvClient client = new(new MemoryKeyStore(TimeProvider.System), TimeProvider.System);
        RegistryFollower registry = RegistryFollower.OfAll(
            client, s_keys, TimeProvider.System, NullLogger<RegistryFollower>.Instance);
        TtlLeadership first = new(client, registry, "a", quick, TimeProvider.System);
        TtlLeadership second = new(client, registry, "b", quick, TimeProvider.System);
        Task running = first.RunAsync(off.Token);
        ILeaderTerm term = (await first.WaitForChangeAsync(null, stop))!;
        Task other = second.RunAsync(stop);
        Assert.That(
            await client.SetAsync("/x", "1", KvSetOptions.None, stop), Is.InstanceOf<KvOutcome.Done>());
        Assert.That(
            ((KvOutcome.Done)await client.GetAsync(s_keys.EngineLease, KvGetOptions.Plain, stop)).Change.Node.Value,
            Is.EqualTo("""{"MachineID":"a","Version":1}"""));
        Assert.That(second.Current, Is.Null);
        await off.CancelAsync();
        await running;
        ILeaderTerm next = (await second.WaitForChangeAsync(null, stop))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(term.Ended.IsCancellationRequested, Is.True);
            Assert.That(first.Current, Is.Null);
            Assert.That(next.Number, Is.GreaterThan(term.Number));
            Assert.That(
                await term.Writes.SetAsync("/x", "2", KvSetOptions.None, stop), Is.InstanceOf<KvOutcome.Refused>());
            Assert.That(
                await next.Writes.SetAsync("/x", "3", KvSetOptions.None, stop), Is.InstanceOf<KvOutcome.Done>());
        }
    }

    [Test]
    public async Task A_machine_is_gone_when_its_key_is_and_not_before_a_new_term_has_waited(CancellationToken stop)
    {
        await new TtlMachineLease(_client, s_keys, _time).RenewAsync(Renewal("one"), stop);
        RegistryFollower registry = RegistryFollower.OfAll(
            _client, s_keys, TimeProvider.System, NullLogger<RegistryFollower>.Instance);
        _ = registry.RunAsync(stop);
        await registry.WaitForListingAsync(stop);
        using TtlTerm term = new(new StoreIndex(5), _time.GetElapsedTime(0), _client, registry, s_times, _time);
        Assert.That(term.StateOf("unknown"), Is.EqualTo(MachineLeaseState.Held), "the term has just begun");
        await term.WaitForChangeAsync(TimeSpan.Zero, stop);
        Assert.That(term.Present, Is.EqualTo(new[] { Id }));
        for (int i = 0; i < 6; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            term.Renewed(_time.GetElapsedTime(0));
        }

        Assert.That(term.StateOf("unknown"), Is.EqualTo(MachineLeaseState.Expired));
        Assert.That(term.StateOf(Id), Is.EqualTo(MachineLeaseState.Held));
        await term.WaitForChangeAsync(TimeSpan.Zero, stop);
        Task changed = term.WaitForChangeAsync(TimeSpan.FromMinutes(1), stop);
        _store.ExpireDue();
        await changed;
        Assert.That(term.StateOf(Id), Is.EqualTo(MachineLeaseState.Expired));
        _time.Advance(s_times.Validity);
        Assert.That(term.StateOf(Id), Is.EqualTo(MachineLeaseState.Held), "who may not decide calls nobody gone");
        term.Renewed(_time.GetElapsedTime(0));
        Assert.That(term.StateOf(Id), Is.EqualTo(MachineLeaseState.Held), "machines could not write, either");
    }

    private static LeaseRenewal Renewal(string instance, string ip = "10.0.0.1") =>
        new(Id, 1, TimeSpan.FromSeconds(10))
        {
            Registration = RegistryValues.WriteMachine(
                new MachineObject { Id = Id, PublicIp = ip, Instance = instance }),
        };

    private async Task<KvNode?> FindAsync(CancellationToken stop) =>
        await _client.GetAsync(s_keys.MachineObject(Id), KvGetOptions.Plain, stop) is KvOutcome.Done done
            ? done.Change.Node
            : null;

    private void Pass(double seconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        _store.ExpireDue();
    }
}
