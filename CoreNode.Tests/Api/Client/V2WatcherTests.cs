using System.Globalization;
using CoreNode.Api.Client;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Api.Client;

[TestFixture, Category("Unit")]
internal sealed class V2WatcherTests
{
    private const string Cleared =
        """{"errorCode":401,"message":"The event in requested index is outdated and cleared","index":2000}""";

    [Test]
    public async Task Missed_changes_come_from_history_before_those_of_the_stream_and_none_twice()
    {
        // History holds 5, 7 and 9; the stream began at 8 and delivers 9 and 10.
        await using ScriptedServer server = ScriptedServer.Start(async (request, answer) =>
        {
            if (request.Target.Contains("stream=true", StringComparison.Ordinal))
            {
                await answer.BeginAsync(8);
                await answer.ChunkAsync(Event(9) + "\n" + Event(10)[..10]);
                await answer.ChunkAsync(Event(10)[10..] + "\n");
                await answer.HangAsync();
            }

            ulong from = From(request);
            ulong found = new ulong[] { 5, 7, 9 }.First(index => index >= from);
            await answer.SendAsync(200, Event(found) + "\n", 8);
        });
        Assert.That(await ReadAsync(server, since: 5, count: 4), Is.EqualTo(new[] { "5", "7", "9", "10" }));
    }

    [Test]
    public async Task A_watch_from_now_on_goes_on_after_a_lost_connection_where_it_was()
    {
        int streams = 0;
        await using ScriptedServer server = ScriptedServer.Start(async (request, answer) =>
        {
            if (!request.Target.Contains("stream=true", StringComparison.Ordinal))
            {
                // Index 5 was never told, 6 and 7 happened while nobody listened; 8 is in the second stream.
                ulong from = From(request);
                await answer.SendAsync(200, Event(Math.Max(from, 6)), 7);
                return;
            }

            bool isFirst = Interlocked.Increment(ref streams) == 1;
            await answer.BeginAsync(isFirst ? 4UL : 7UL);
            await answer.ChunkAsync(Event(isFirst ? 5UL : 8UL) + "\n");
            if (isFirst)
                answer.Close();
            else
                await answer.HangAsync();
        });
        string[] told = await ReadAsync(server, since: 0, count: 5);
        Assert.That(told, Is.EqualTo(new[] { "5", "disconnected", "6", "7", "8" }));
    }

    [Test]
    public async Task Where_history_is_gone_the_key_is_read_again_and_the_watch_goes_on()
    {
        await using ScriptedServer server = ScriptedServer.Start(async (request, answer) =>
        {
            if (request.Target.Contains("stream=true", StringComparison.Ordinal))
            {
                await answer.BeginAsync(2000);
                await answer.ChunkAsync(Event(2001) + "\n" + Event(2004) + "\n");
                await answer.HangAsync();
            }

            if (request.Target.Contains("wait=true", StringComparison.Ordinal))
                await answer.SendAsync(400, Cleared, 2000);
            else
                await answer.SendAsync(200, Event(1999).Replace("\"set\"", "\"get\"", StringComparison.Ordinal), 2003);
        });
        // The key was read at 2003: what the stream holds from before is in that read already.
        Assert.That(await ReadAsync(server, since: 3, count: 2), Is.EqualTo(new[] { "lost 3 at 2003", "2004" }));
    }

    [Test]
    public async Task A_refusal_ends_the_watch()
    {
        await using ScriptedServer server = ScriptedServer.Start(_ =>
            (401, """{"errorCode":110,"message":"The request requires user authentication","index":0}""", 0));
        Assert.That(await ReadAsync(server, since: 0, count: 9), Is.EqualTo(new[] { "refused 110" }));
    }

    [Test]
    public async Task Without_any_node_the_watch_says_that_it_never_was_connected()
    {
        using var client = new V2Client(V2TransportTests.Options("http://127.0.0.1:1"));
        using var enough = new CancellationTokenSource();
        await foreach (KvWatchItem item in client.WatchAsync("/a", false, StoreIndex.Zero, enough.Token))
        {
            Assert.That(item, Is.EqualTo(
                new KvWatchItem.Disconnected("http://127.0.0.1:1: connection refused", IsFirst: true)));
            break;
        }
    }

    private static ulong From(ScriptedRequest request) =>
        ulong.Parse(request.Target.Split("waitIndex=")[1], CultureInfo.InvariantCulture);

    private static string Event(ulong index) =>
        $$$"""
        {"action":"set","node":{"key":"/a","modifiedIndex":{{{index}}},"createdIndex":{{{index}}},"value":"x"}}
        """;

    private static async Task<string[]> ReadAsync(ScriptedServer server, ulong since, int count)
    {
        using var client = new V2Client(V2TransportTests.Options(server.Endpoint));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var told = new List<string>();
        await foreach (KvWatchItem item in client.WatchAsync("/a", false, new StoreIndex(since), deadline.Token))
        {
            told.Add(item switch
            {
                KvWatchItem.Changed changed => changed.Change.Node.ModifiedIndex.ToString(),
                KvWatchItem.Disconnected => "disconnected",
                KvWatchItem.HistoryLost lost => $"lost {lost.Asked} at {lost.Index}",
                KvWatchItem.Refused refused => $"refused {refused.Error.Code}",
                _ => item.ToString()!,
            });
            if (told.Count == count)
                break;
        }

        return [.. told];
    }
}
