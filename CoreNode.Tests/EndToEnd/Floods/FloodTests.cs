using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CoreNode.Tests.Benchmarks;
using CoreNode.Tests.EndToEnd.Clusters;
using CoreNode.Tests.Fuzzing;

namespace CoreNode.Tests.EndToEnd.Floods;

/// <summary>
/// A client that floods the leader of three members neither stops its heartbeats nor another client: same leader, same
/// term, every request of the other one answered, in a time that is bounded. Flood, other client and all three members
/// share the processors, so the bound is a wide one.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native"), NonParallelizable]
internal sealed class FloodTests
{
    // Below an election: nobody may wait so long for the thread of all sockets, nor the heartbeats that share it.
    private const double MostMillisecondsP99 = 1000;
    private const int ManyKeys = 20_000;
    private const int SomeKeys = 150;
    private const int LeastRequests = 10;

    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_calm = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_flood = TimeSpan.FromSeconds(5);

    private ClusterProcesses? _cluster;
    private ServerProcess? _leader;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await ClusterProcesses.StartAsync(new ClusterShape { Command = NodeProcess.Command });
        _leader = await _cluster.WaitForCommonLeaderAsync(s_deadline);
        Fill(_leader.Place.ClientUrl, "many", ManyKeys);
        Fill(_leader.Place.ClientUrl, "some", SomeKeys);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }

    [Test]
    public Task Small_writes_on_thousands_of_connections() => SurviveAsync(FloodKind.Writes(2000));

    [Test]
    public Task Reads_sent_far_ahead() => SurviveAsync(FloodKind.ReadsAhead(32, 1000));

    [Test]
    public Task Long_listings_in_a_loop() => SurviveAsync(FloodKind.Listings(100));

    [Test]
    public Task Listings_that_are_answered_at_one_go() => SurviveAsync(FloodKind.ShortListings(500));

    [Test]
    public Task Forms_as_long_as_they_may_be() => SurviveAsync(FloodKind.LargeWrites(16));

    [Test]
    public Task Thousands_of_watches_that_end_with_each_write() => SurviveAsync(FloodKind.Watches(2000));

    // A disk that stands still for half a second, as those of shared machines do, is no client's doing: the leader
    // hands over then, says why, and the flood is begun again.
    private async Task SurviveAsync(FloodKind kind)
    {
        int stalls = Stalls();
        string? moved = await FloodAsync(kind);
        if (moved is not null && Stalls() > stalls)
        {
            TestContext.Out.WriteLine($"again, since the disk stood still: {moved}");
            _leader = await _cluster!.WaitForCommonLeaderAsync(s_deadline);
            moved = await FloodAsync(kind);
        }

        Assert.That(moved, Is.Null);
    }

    private int Stalls() => _cluster!.Words().Split("the disk has not confirmed a write").Length - 1;

    // What was seen, if who leads is another one in the end.
    private async Task<string?> FloodAsync(FloodKind kind)
    {
        Uri target = _leader!.Place.ClientUrl;
        QuietClient before = new(target);
        await before.RunAsync(s_calm);
        string stood = await StandingAsync();
        QuietClient during = new(target);
        string told;
        await using (Flood flood = Flood.Start(target, kind))
        {
            await flood.WaitForAsync(kind.IsLong && kind.Name == "watches" ? 0 : 1).WaitAsync(s_deadline);
            await during.RunAsync(s_flood);
            told = flood.ToString();
            Assert.That(flood.Answers, Is.Positive, told);
        }

        double megabytes = ProcessMeter.ResidentMegabytes(_leader.Pid);
        string figures = string.Create(
            CultureInfo.InvariantCulture, $"calm: {before}; flooded: {during}; {told}; {megabytes:0} MB resident");
        TestContext.Out.WriteLine(figures);
        Assert.Multiple(() =>
        {
            Assert.That(during.Count, Is.AtLeast(LeastRequests), figures);
            Assert.That(during.P99, Is.AtMost(MostMillisecondsP99), figures);
        });
        string stands = await StandingAsync();
        return stands == stood ? null : $"{stood}became\n{stands}{figures}\n{_cluster!.Words()}";
    }

    // Who leads, and the term, as every member says.
    private async Task<string> StandingAsync()
    {
        using HttpClient http = new() { Timeout = s_deadline };
        StringBuilder text = new();
        foreach (ServerProcess member in _cluster!.Members)
        {
            JsonNode status = JsonNode.Parse(await http.GetStringAsync($"{member.Url}/corenode/v1/status"))!;
            string name = member.Place.Name;
            text.Append(CultureInfo.InvariantCulture, $"{name}: leader {status["leader"]}, term {status["term"]}\n");
        }

        return text.ToString();
    }

    private static void Fill(Uri server, string directory, int keys)
    {
        using FuzzConnection connection = new(server);
        for (int from = 0; from < keys; from += 100)
        {
            StringBuilder requests = new();
            for (int i = from; i < Math.Min(from + 100, keys); i++)
            {
                requests.Append(CultureInfo.InvariantCulture, $"PUT /v2/keys/{directory}/{i:00000}?value={i}");
                requests.Append(" HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
            }

            connection.Send(Encoding.ASCII.GetBytes(requests.ToString()));
            for (int i = from; i < Math.Min(from + 100, keys); i++)
                Assert.That(connection.ReadAnswer(isHead: false), Is.AnyOf(200, 201));
        }
    }
}
