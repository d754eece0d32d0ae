using System.Globalization;
using CoreNode.Api.Relay;
using CoreNode.Foundation;

namespace CoreNode.Tests.Api.Relay;

/// <summary>
/// Members that fail at random under clients that read and write at random. Each write has a name of its own, so that
/// one that was sent twice shows, whoever got it.
/// </summary>
[TestFixture, Category("Fault")]
internal sealed class RelaySimulationTests
{
    private const int Clients = 8;
    private const int RequestsOfClient = 60;

    [Test]
    public async Task No_write_is_ever_sent_twice_and_every_read_is_answered([Range(1, 8)] int seed)
    {
        Prng root = new((ulong)seed);
        Lock gate = new();
        Prng chance = root.Child("members");
        int Draw(int bound)
        {
            lock (gate)
                return chance.Next(bound);
        }

        await using RawUpstream first = RawUpstream.Start(exchange => MisbehaveAsync(exchange, Draw));
        await using RawUpstream second = RawUpstream.Start(exchange => MisbehaveAsync(exchange, Draw));
        await using RawUpstream good = RawUpstream.Start(exchange => exchange.SendAsync(Answer(exchange)));
        RelayOptions options = new()
        {
            ReadTimeout = TimeSpan.FromMilliseconds(300),
            AnswerTimeout = TimeSpan.FromMilliseconds(300),
        };
        await using RelayHarness worker = await RelayHarness.StartAsync(
            options, first.Url, "http://127.0.0.1:1", second.Url, good.Url);
        Task<List<(string Line, RawAnswer Answer)>>[] clients =
            [.. Enumerable.Range(0, Clients).Select(i => RunAsync(worker, i, root.Child($"client {i}")))];
        List<(string Line, RawAnswer Answer)> answers = [.. (await Task.WhenAll(clients)).SelectMany(static a => a)];
        Dictionary<string, int> arrived = first.Requests.Concat(second.Requests).Concat(good.Requests)
            .GroupBy(static r => r.Line).ToDictionary(static g => g.Key, static g => g.Count());
        Assert.Multiple(() =>
        {
            foreach ((string line, RawAnswer answer) in answers)
            {
                bool isRead = line.StartsWith("GET", StringComparison.Ordinal);
                int count = arrived.GetValueOrDefault(line);
                if (isRead)
                    Assert.That((answer.Status, answer.Body), Is.EqualTo((200, line)), line);
                else if (answer.Status == 200)
                    Assert.That((count, answer.Body), Is.EqualTo((1, line)), "done once: " + line);
                else
                    Assert.That(count <= 1 && answer.Status is (502 or 504), Is.True, $"unknown: {line}, {count} times");
            }
        });
        Assert.That(answers, Has.Count.EqualTo(Clients * RequestsOfClient));
        Assert.That(answers.Count(static a => a.Answer.Status != 200), Is.Positive, "some faults met a write");
    }

    private static async Task<List<(string Line, RawAnswer Answer)>> RunAsync(RelayHarness worker, int name, Prng prng)
    {
        List<(string, RawAnswer)> answers = [];
        await using RawClient client = await worker.OpenAsync();
        for (int i = 0; i < RequestsOfClient; i++)
        {
            string target = string.Create(CultureInfo.InvariantCulture, $"/v2/keys/{name}-{i}");
            string method = prng.Chance(0.4) ? "GET" : prng.Chance(0.5) ? "PUT" : "DELETE";
            string body = method == "PUT" ? new string('v', prng.Next(1, 2000)) : "";
            answers.Add(($"{method} {target}", await client.AskAsync(method, target, "", body)));

            // Those that failed are tried first again, so that faults do not run out.
            if (i % 5 == 0)
            {
                foreach (CoreNode.Proxy.Route route in worker.Follower.View.Order)
                    worker.Follower.ReportAnswer(route);
            }
        }

        return answers;
    }

    private static string Answer(RawExchange exchange) =>
        $"HTTP/1.1 200 OK\r\nContent-Length: {exchange.Line.Length}\r\n\r\n{exchange.Line}";

    private static async Task MisbehaveAsync(RawExchange exchange, Func<int, int> draw)
    {
        string answer = Answer(exchange);
        switch (draw(6))
        {
            case 0:
                exchange.Reset();
                break;
            case 1:
                await exchange.SendAsync(answer[..draw(answer.Length)]);
                exchange.Close();
                break;
            case 2 when draw(6) == 0:
                await exchange.WaitForCloseAsync();
                break;
            case 3:
                await exchange.SendAsync(answer);
                exchange.Close();
                break;
            default:
                await exchange.SendAsync(answer);
                break;
        }
    }
}
