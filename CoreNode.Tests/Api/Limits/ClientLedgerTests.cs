using System.Net;
using CoreNode.Api.Limits;
using CoreNode.Foundation;
using CoreNode.Tests.Foundation;

namespace CoreNode.Tests.Api.Limits;

/// <summary>Counting: shares and sums, what is given back, and how often it is told.</summary>
[TestFixture, Category("Unit")]
internal sealed class ClientLedgerTests
{
    private const int Threads = 4;
    private const int Rounds = 20_000;

    private RecordedLog _log = new();

    [Test]
    public void Local_processes_are_bounded_by_the_sums_only()
    {
        ClientLedger ledger = Make(new ApiLimits { MaxWaitingWrites = 3, MaxClientWaitingWrites = 1 });
        ClientUse local = ledger.TryConnect(null, out _)!;
        ClientUse remote = Connect(ledger, "10.0.0.1");
        Assert.That(local.TryTake(Resource.Write), Is.Null);
        Assert.That(local.TryTake(Resource.Write), Is.Null);
        Assert.That(remote.TryTake(Resource.Write), Is.Null);
        Assert.That(remote.TryTake(Resource.Write)?.Kind, Is.EqualTo(LimitKind.ClientWaitingWrites));
        Assert.That(local.TryTake(Resource.Write)?.Kind, Is.EqualTo(LimitKind.WaitingWrites));
        remote.Release(Resource.Write);
        Assert.That(local.TryTake(Resource.Write), Is.Null, "what a refusal took was given back");
    }

    [Test]
    public void A_client_is_forgotten_with_its_last_connection_and_an_address_is_one_in_both_spellings()
    {
        ClientLedger ledger = Make(new ApiLimits());
        ClientUse first = Connect(ledger, "10.0.0.1");
        ClientUse second = Connect(ledger, "::ffff:10.0.0.1");
        Assert.That(second, Is.SameAs(first));
        Assert.That(ledger.Count, Is.EqualTo(1));
        ledger.Disconnected(first);
        ledger.Disconnected(second);
        Assert.That((ledger.Count, ledger.Used(Resource.Connection)), Is.EqualTo((0, 0)));
    }

    [Test]
    public void Open_files_bound_the_connections_and_the_message_says_what_holds()
    {
        ClientLedger ledger = Make(new ApiLimits(), openFiles: 1024);
        Assert.That(_log.Lines.Single(), Is.EqualTo(
            "512 connections instead of 30000: the process may open no more files (LimitNOFILE, ulimit -n)"));
        Assert.That(
            ledger.Message(LimitTable.Of(LimitKind.ClientWatches)),
            Is.EqualTo("corenode: too many watches from this address: the limit is 288 (--max-client-watches 7500, cut "
                + "by --max-connections and the process' open files (LimitNOFILE)); try again later"));
    }

    [Test]
    public void Of_connections_only_open_files_are_named_as_what_cuts_them()
    {
        ClientLedger ledger = Make(new ApiLimits(), openFiles: 1024);
        Assert.That(
            ledger.Message(LimitTable.Of(LimitKind.Connections)),
            Is.EqualTo("corenode: too many connections: the limit is 512 (--max-connections 30000, cut by the process' "
                + "open files (LimitNOFILE)); try again later"));
    }

    [Test]
    public void The_log_says_what_the_refused_are_told()
    {
        ClientLedger ledger = Make(new ApiLimits(), openFiles: 1024);
        _log.Lines.Clear();
        ClientUse client = Connect(ledger, "10.0.0.1");
        LimitRule met = client.TryTake(Resource.Watch, 289)!;
        Assert.That(_log.Lines.Single(), Does.StartWith(ledger.Message(met) + "; 1 refused"));
    }

    [Test]
    public void A_limit_that_is_met_a_thousand_times_is_told_once_and_counted_each_time()
    {
        MetricRegistry metrics = new();
        ClientLedger ledger = Make(new ApiLimits { MaxClientListings = 1 }, metrics: metrics);
        ClientUse client = Connect(ledger, "10.0.0.1");
        client.TryTake(Resource.Listing);
        for (int i = 0; i < 1000; i++)
            client.TryTake(Resource.Listing);
        Assert.That(_log.Lines.Single(), Is.EqualTo(
            "corenode: too many long listings are being sent to this address: the limit is 1 "
            + "(--max-client-listings 1); try again later; 1 refused since the last line, last 10.0.0.1"));
        Assert.That(
            metrics.Counter("corenode_limit_refusals_total", "", "limit=\"client-listings\"").Value, Is.EqualTo(1000));
    }

    [Test]
    public void What_several_threads_take_and_give_back_never_exceeds_the_limit_and_comes_to_nothing()
    {
        ClientLedger ledger = Make(new ApiLimits { MaxBodyBytes = 100, MaxClientBodyBytes = 60 });
        ClientUse[] clients = [Connect(ledger, "10.0.0.1"), Connect(ledger, "10.0.0.2")];
        long most = 0;
        Parallel.For(0, Threads, thread =>
        {
            Prng random = new((ulong)thread);
            for (int i = 0; i < Rounds; i++)
            {
                ClientUse client = clients[random.Next(2)];
                int bytes = random.Next(1, 60);
                if (client.TryTake(Resource.Body, bytes) is not null)
                    continue;
                long used = ledger.Used(Resource.Body);
                InterlockedMax(ref most, used);
                client.Release(Resource.Body, bytes);
            }
        });
        Assert.That(most, Is.InRange(1, 100));
        Assert.That(ledger.Used(Resource.Body), Is.Zero);
        Assert.That(clients.Sum(static c => c.Used(Resource.Body)), Is.Zero);
    }

    private static void InterlockedMax(ref long most, long value)
    {
        for (long seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
        {
            if (Interlocked.CompareExchange(ref most, value, seen) == seen)
                return;
        }
    }

    private static ClientUse Connect(ClientLedger ledger, string address) =>
        ledger.TryConnect(new IPEndPoint(IPAddress.Parse(address), 1), out _)!;

    private ClientLedger Make(ApiLimits limits, long openFiles = 1_000_000, MetricRegistry? metrics = null)
    {
        _log = new RecordedLog();
        HeldLimits held = HeldLimits.Of(limits, openFiles);
        return new ClientLedger(held, new LimitLog(held, metrics ?? new MetricRegistry(), _log));
    }
}
