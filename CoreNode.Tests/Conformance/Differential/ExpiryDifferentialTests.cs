using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using CoreNode.Foundation;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Conformance.Differential;

/// <summary>
/// Keys that expire while both servers run: which ones go, in which order, with which events, what is left.
/// </summary>
[TestFixture("corenode"), TestFixture("etcd"), Category("Conformance"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed partial class ExpiryDifferentialTests(string subject)
{
    private const int WritesPerRound = 60;
    private const int ShortTtl = 2;
    private const int LongTtl = 4;
    private static readonly TimeSpan AllGoneDeadline = TimeSpan.FromSeconds(15);

    // Shorter than the first deadline of a round, so that no tick can fall between two writes on one server only, and
    // than what lies between the two times to live: else a deadline of each could meet within the difference of the
    // servers' clock readings, and a directory end before its child on one and after it on the other.
    private static readonly TimeSpan MaxWriteTime = TimeSpan.FromSeconds(1.5);

    private ServerProcess? _reference;
    private ServerProcess? _subject;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _reference = await EtcdProcess.StartAsync();
        _subject = await ServerProcess.StartAsync(ServerCommand.Named(subject));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_reference is not null)
            await _reference.DisposeAsync();
        if (_subject is not null)
            await _subject.DisposeAsync();
    }

    [Test]
    public async Task Keys_expire_in_the_same_order_with_the_same_events([Values(0x71AEUL, 0xE0DUL)] ulong seed)
    {
        using DifferentialSession session = new(_reference!.Place.ClientUrl, _subject!.Place.ClientUrl);
        List<DifferentialStep> steps = WriteInTime(session, seed);
        long written = Index(_reference.Place.ClientUrl) - session.ReferenceBase;
        await AwaitNoDeadlinesAsync(_reference.Place.ClientUrl);
        await AwaitNoDeadlinesAsync(_subject.Place.ClientUrl);

        // History tells hidden keys too; a wait index for every write and every expiry reads it event by event.
        long events = Index(_reference.Place.ClientUrl) - session.ReferenceBase;
        Assert.That(events, Is.GreaterThan(written), "nothing expired");
        for (long i = 1; i <= events; i++)
            steps.Add(session.Run(Watch($"/v2/keys/?wait=true&recursive=true&waitIndex={{+{i}}}", i % 10 == 0)));
        foreach (string left in new[] { "/", "/_h" })
            steps.Add(session.Run(Watch($"/v2/keys{left}?recursive=true&sorted=true&quorum=true&wait=true", true)));

        string[] differing = [.. steps.Where(s => s.Differences.Count > 0).Select(Describe)];
        Assert.That(differing, Is.Empty, $"seed 0x{seed:X}\n{string.Join("\n", differing)}");
    }

    [Test]
    public async Task Times_to_live_at_the_edges_end_alike(
        [Values("0", "1", "18446744073709551615", "9223372036", "9223372037", "9999999999", "8223372036")] string ttl)
    {
        List<string>[] outcomes = [[], []];
        Uri[] servers = [_reference!.Place.ClientUrl, _subject!.Place.ClientUrl];
        for (int i = 0; i < servers.Length; i++)
        {
            foreach (string kind in new[] { "", "prevExist=false", "prevExist=true", "prevValue=x", "dir=true" })
                outcomes[i].Add(PutWithTtl(servers[i], ttl, kind));
        }
        // Two ticks of etcd's expiry later everything that was due is gone.
        await Task.Delay(TimeSpan.FromSeconds(ttl == "1" ? 2.2 : 1.2));
        for (int i = 0; i < servers.Length; i++)
            outcomes[i].Add(Masked(Exchange(servers[i], "GET", "/v2/keys/edge?sorted=true", null).Text));
        Assert.That(outcomes[1], Is.EqualTo(outcomes[0]).AsCollection);
    }

    // A machine that stalls for more than a second between two writes makes a round worthless: it is begun again.
    private static List<DifferentialStep> WriteInTime(DifferentialSession session, ulong seed)
    {
        const int maxRounds = 6;
        for (int round = 0; round < maxRounds; round++)
        {
            Prng prng = new(seed);
            session.Begin();
            long started = Stopwatch.GetTimestamp();
            List<DifferentialStep> steps =
            [
                session.Run(Watch("/v2/keys/?wait=true&stream=true&recursive=true", false)),
                session.Run(Watch("/v2/keys/a/b?wait=true&stream=true", false)),
            ];
            steps.AddRange(Enumerable.Range(0, WritesPerRound).Select(_ => session.Run(Write(prng))));
            if (Stopwatch.GetElapsedTime(started) < MaxWriteTime)
                return steps;
        }

        Assert.Inconclusive($"{WritesPerRound} writes took longer than {MaxWriteTime} in {maxRounds} rounds");
        return [];
    }

    private static DifferentialRequest Write(Prng prng)
    {
        string[] paths = ["/a", "/a/b", "/a/b/c", "/d", "/d/e", "/f", "/f/_g", "/_h/i", "/_h", "/j", "/k/l", "/k/m"];
        string path = paths[prng.Next(paths.Length)];
        string ttl = $"ttl={(prng.Next(2) == 0 ? ShortTtl : LongTtl)}";
        (string method, string body) = prng.Next(8) switch
        {
            0 => ("PUT", $"dir=true&{ttl}"),
            1 => ("PUT", "value=kept"),
            2 => ("PUT", $"dir=true&prevExist=true&{ttl}"),
            3 => ("PUT", $"refresh=true&prevExist=true&{ttl}"),
            4 => ("POST", $"value=x&{ttl}"),
            5 => ("PUT", $"value=y&prevValue=x&{ttl}"),
            _ => ("PUT", $"value=x&{ttl}"),
        };
        return new DifferentialRequest(
            Operation.Set, method, "/v2/keys" + path, "application/x-www-form-urlencoded", body, [], path);
    }

    private static DifferentialRequest Watch(string target, bool barrier) =>
        new(Operation.Watch, "GET", target, null, null, [], null) { BarrierAfter = barrier };

    private static async Task AwaitNoDeadlinesAsync(Uri server)
    {
        long started = Stopwatch.GetTimestamp();
        while (HasDeadlines(server, "/") || HasDeadlines(server, "/_h") || HasDeadlines(server, "/f/_g"))
        {
            Assert.That(Stopwatch.GetElapsedTime(started), Is.LessThan(AllGoneDeadline), $"{server} lets keys live on");
            await Task.Delay(20);
        }
    }

    private static bool HasDeadlines(Uri server, string path) =>
        Exchange(server, "GET", $"/v2/keys{path}?recursive=true", null).Text
            .Contains("\"expiration\"", StringComparison.Ordinal);

    private static string PutWithTtl(Uri server, string ttl, string kind)
    {
        string target = $"/v2/keys/edge/{ttl}-{(kind.Length == 0 ? "set" : kind.Replace('=', '-'))}";
        if (kind is "prevExist=true" or "prevValue=x")
            Exchange(server, "PUT", target, "value=x");
        RawAnswer answer = Exchange(server, "PUT", target, $"{(kind == "dir=true" ? "" : "value=x&")}ttl={ttl}&{kind}");
        return $"{kind} {answer.Status} {Masked(answer.Text)}";
    }

    // Expiry of one key may come between two writes of the other, so indexes say nothing here. The year of the deadline
    // and a time to live to ten seconds are what wrapping around is seen by.
    private static string Masked(string text)
    {
        text = IndexField().Replace(text, "Index\":<n>");
        text = Deadline().Replace(text, "\"expiration\":\"$1<time>Z\"");
        return TimeToLive().Replace(text, m =>
            $"\"ttl\":about {Math.Round(long.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture) / 10.0)}0");
    }

    private static long Index(Uri server) =>
        long.Parse(Exchange(server, "GET", "/v2/keys", null).Header("X-Etcd-Index")!, CultureInfo.InvariantCulture);

    private static RawAnswer Exchange(Uri server, string method, string target, string? form)
    {
        using KeepAliveConnection connection = new(server);
        connection.Send(method, target, form is null ? null : "application/x-www-form-urlencoded", form);
        return connection.ReceiveAnswer();
    }

    private static string Describe(DifferentialStep step) =>
        $"{step.Request}\n  {string.Join("\n  ", step.Differences)}";

    [GeneratedRegex("Index\":[0-9]+")]
    private static partial Regex IndexField();

    [GeneratedRegex("\"expiration\":\"([0-9]+-)[^\"]*Z\"")]
    private static partial Regex Deadline();

    [GeneratedRegex("\"ttl\":(-?[0-9]+)")]
    private static partial Regex TimeToLive();
}
