using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using CoreNode.Tests.Benchmarks;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.Faults;

/// <summary>
/// Wrong passwords, each of them new, as fast as many connections bring them: hashing is slow on purpose, and must
/// neither cost the leader its office nor other clients their writes.
/// </summary>
[TestFixture, Category("Fault"), Category("Native")]
internal sealed class PasswordFloodTests
{
    private const int Writers = 4;
    private const int WritesEach = 150;
    private const int Guessers = 16;

    [Test]
    public async Task A_flood_of_wrong_passwords_stops_neither_heartbeats_nor_other_clients_writes()
    {
        await using ClusterProcesses cluster = await ClusterProcesses.StartAsync(
            new ClusterShape { Command = NodeProcess.Command });
        ServerProcess leader = await cluster.WaitForCommonLeaderAsync(TimeSpan.FromSeconds(30));
        Uri url = leader.Place.ClientUrl;
        await EnableAsync(url);
        await WriteAsync(url, 20);
        double changes = Metrics.Read(url, "etcd_server_leader_changes_seen_total");
        TimeSpan before = P99(await WriteAsync(url, WritesEach));

        using CancellationTokenSource end = new();
        Task<int[]>[] guessers = [.. Enumerable.Range(0, Guessers).Select(n => GuessAsync(url, n, end.Token))];
        await UntilFloodedAsync(url);
        TimeSpan during = P99(await WriteAsync(url, WritesEach));
        await end.CancelAsync();
        int[] answers = [.. (await Task.WhenAll(guessers)).SelectMany(one => one)];

        TestContext.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"writes p99 {before.TotalMilliseconds:F1} ms, in the flood {during.TotalMilliseconds:F1} ms; "
            + $"{answers.Length} guesses, {answers.Count(one => one == 503)} of them refused unseen"));
        Assert.That(answers, Is.All.EqualTo(401).Or.EqualTo(503));
        Assert.That(answers, Has.Some.EqualTo(503), "the flood was too small to fill the queue");
        Assert.That(Metrics.Read(url, "etcd_server_leader_changes_seen_total"), Is.EqualTo(changes));
        ServerProcess after = await cluster.WaitForCommonLeaderAsync(TimeSpan.FromSeconds(30));
        Assert.That(after.Place.Name, Is.EqualTo(leader.Place.Name));

        // Own baseline, because the machine may be busy; the sockets' work for the guesses themselves is in it.
        Assert.That(during, Is.LessThan((before * 5) + TimeSpan.FromMilliseconds(50)));
    }

    private static async Task EnableAsync(Uri url)
    {
        using HttpClient http = Client(url, null);

        // Members agree on their versions within moments of the start.
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            using HttpResponseMessage made = await PutUserAsync(http, "root", "pw", "root");
            if (made.IsSuccessStatusCode)
                break;
            Assert.That(
                (made.StatusCode, watch.Elapsed < TimeSpan.FromSeconds(20)),
                Is.EqualTo((HttpStatusCode.ServiceUnavailable, true)), await made.Content.ReadAsStringAsync());
            await Task.Delay(10);
        }

        using HttpResponseMessage writer = await PutUserAsync(http, "writer", "pw", "root");
        using HttpResponseMessage enabled = await http.PutAsync("/v2/auth/enable", null);
        Assert.That((writer.StatusCode, enabled.StatusCode), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.OK)));
    }

    private static async Task<TimeSpan[]> WriteAsync(Uri url, int count)
    {
        TimeSpan[][] times = await Task.WhenAll(Enumerable.Range(0, Writers).Select(async n =>
        {
            using HttpClient http = Client(url, "writer:pw");
            TimeSpan[] own = new TimeSpan[count];
            for (int i = 0; i < count; i++)
            {
                Stopwatch watch = Stopwatch.StartNew();
                using FormUrlEncodedContent form = new([KeyValuePair.Create("value", "x")]);
                using HttpResponseMessage answer = await http.PutAsync($"/v2/keys/flood/{n}", form);
                own[i] = watch.Elapsed;
                Assert.That(answer.IsSuccessStatusCode, Is.True, await answer.Content.ReadAsStringAsync());
            }

            return own;
        }));
        return [.. times.SelectMany(one => one)];
    }

    private static async Task<int[]> GuessAsync(Uri url, int number, CancellationToken end)
    {
        List<int> answers = [];
        for (int guess = 0; !end.IsCancellationRequested; guess++)
        {
            string name = guess % 3 == 0 ? "root" : guess % 3 == 1 ? "writer" : $"nobody{number}";
            using HttpClient http = Client(url, $"{name}:{number}.{guess}");
            using HttpResponseMessage answer = await http.GetAsync("/v2/keys/flood", CancellationToken.None);
            answers.Add((int)answer.StatusCode);
        }

        return [.. answers];
    }

    private static async Task UntilFloodedAsync(Uri url)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (Metrics.Read(url, "corenode_auth_passwords_refused_total") == 0)
        {
            Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(60)), "the queue never fills");
            await Task.Delay(10);
        }
    }

    private static Task<HttpResponseMessage> PutUserAsync(HttpClient http, string name, string password, string role) =>
        http.PutAsync($"/v2/auth/users/{name}", new StringContent(
            $$"""{"user":"{{name}}","password":"{{password}}","roles":["{{role}}"]}""",
            Encoding.UTF8, "application/json"));

    private static HttpClient Client(Uri url, string? user)
    {
        HttpClient http = new() { BaseAddress = url, Timeout = TimeSpan.FromSeconds(60) };
        if (user is not null)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(user)));
        }

        return http;
    }

    private static TimeSpan P99(TimeSpan[] times) => times.Order().ElementAt(times.Length * 99 / 100);
}
