using System.Diagnostics;
using CoreNode.Api.Relay;

namespace CoreNode.Tests.Api.Relay;

/// <summary>Members that fail in the middle: what is asked again, what never, and what the client sees of it.</summary>
[TestFixture, Category("Fault")]
internal sealed class RelayFaultTests
{
    private const string Counted =
        "HTTP/1.1 200 OK\r\nX-Etcd-Index: 7\r\nContent-Type: text/plain\r\nContent-Length: 11\r\n\r\n{\"half\":1}\n";

    private const string Chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond";
    private const string WatchHead = "HTTP/1.1 200 OK\r\nX-Etcd-Index: 7\r\nTransfer-Encoding: chunked\r\n\r\n";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private static IEnumerable<int> EveryByteOfCounted => Enumerable.Range(0, Counted.Length);

    private static IEnumerable<int> EveryByteOfChunked => Enumerable.Range(0, Chunked.Length);

    [TestCaseSource(nameof(EveryByteOfCounted))]
    public async Task A_read_whose_answer_is_cut_anywhere_is_answered_whole_by_another_member(int length)
    {
        await using RawUpstream first = RawUpstream.Start(exchange => CutAsync(exchange, Counted[..length]));
        await using RawUpstream second = RawUpstream.Start(Ok);
        await using RelayHarness worker = await RelayHarness.StartAsync(first.Url, second.Url);
        RawAnswer answer = await worker.AskAsync("GET", "/v2/keys/a");
        Assert.That((answer.Status, answer.Body), Is.EqualTo((200, "second")));
        Assert.That(answer["X-Etcd-Index"], Is.Null, "nothing of the first answer is left");
        Assert.That(answer["Access-Control-Allow-Origin"], Is.EqualTo("*"));
        Assert.That((first.Requests.Count, second.Requests.Count), Is.EqualTo((1, 1)));
    }

    [TestCaseSource(nameof(EveryByteOfCounted))]
    public async Task A_write_whose_answer_is_cut_anywhere_is_never_sent_again_and_said_to_be_unknown(int length)
    {
        await using RawUpstream first = RawUpstream.Start(exchange => CutAsync(exchange, Counted[..length]));
        await using RawUpstream second = RawUpstream.Start(Ok);
        await using RelayHarness worker = await RelayHarness.StartAsync(first.Url, second.Url);
        RawAnswer answer = await worker.AskAsync("PUT", "/v2/keys/a", "", "value=1");
        Assert.That(answer.Status, Is.EqualTo(502));
        Assert.That(answer.Body, Does.StartWith("{\"errorCode\":300,").And.Contain("it may have happened"));
        Assert.That(answer["X-Etcd-Index"], Is.EqualTo("0"));
        Assert.That((first.Requests.Count, second.Requests.Count), Is.EqualTo((1, 0)));
    }

    [TestCaseSource(nameof(EveryByteOfChunked))]
    public async Task A_long_answer_that_is_cut_never_looks_whole(int length)
    {
        await using RawUpstream first = RawUpstream.Start(exchange => CutAsync(exchange, Chunked[..length]));
        await using RawUpstream second = RawUpstream.Start(Ok);
        await using RelayHarness worker = await RelayHarness.StartAsync(first.Url, second.Url);
        await using RawClient client = await worker.OpenAsync();
        string? body = null;
        try
        {
            body = (await client.AskAsync("GET", "/v2/keys/a?recursive=true")).Body;
        }
        catch (Exception fault) when (fault is IOException or System.Net.Sockets.SocketException
            or FormatException or ArgumentOutOfRangeException)
        {
            // The connection ended in the middle of an answer.
        }

        int head = Chunked.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        Assert.That(body, length < head ? Is.EqualTo("second") : Is.Null, "before the head another member is asked");
    }

    [TestCase("GET /v2/keys/a?wait=true", 502, "no answer came")]
    [TestCase("GET /v2/keys/a?wait=1", 502, "no answer came")]
    [TestCase("DELETE /v2/keys/a", 502, "it may have happened")]
    [TestCase("POST /v2/members", 502, "it may have happened")]
    [TestCase("PATCH /v2/keys/a", 502, "it may have happened")]
    [TestCase("GET /v2/keys/a?wait=false", 200, "second")]
    [TestCase("GET /v2/keys/a?quorum=true", 200, "second")]
    [TestCase("HEAD /v2/keys/a", 200, "")]
    [TestCase("GET /v2/members", 200, "second")]
    public async Task Only_reads_that_wait_for_nothing_are_asked_twice(string request, int status, string words)
    {
        await using RawUpstream first = RawUpstream.Start(exchange => CutAsync(exchange, ""));
        await using RawUpstream second = RawUpstream.Start(Ok);
        await using RelayHarness worker = await RelayHarness.StartAsync(first.Url, second.Url);
        RawAnswer answer = await worker.AskAsync(request.Split(' ')[0], request.Split(' ')[1]);
        Assert.That(answer.Status, Is.EqualTo(status));
        Assert.That(answer.Body, Does.Contain(words));
        Assert.That(second.Requests.Count, Is.EqualTo(status == 200 ? 1 : 0));
    }

    [Test]
    public async Task A_read_with_a_body_is_not_asked_twice()
    {
        await using RawUpstream first = RawUpstream.Start(exchange => CutAsync(exchange, ""));
        await using RawUpstream second = RawUpstream.Start(Ok);
        await using RelayHarness worker = await RelayHarness.StartAsync(first.Url, second.Url);
        RawAnswer answer = await worker.AskAsync("GET", "/v2/keys/a", "", "body");
        Assert.That(answer.Status, Is.EqualTo(502));
        Assert.That(second.Requests, Is.Empty);
    }

    [TestCase("SSH-2.0-x\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n")]
    public async Task What_is_no_answer_is_as_good_as_none(string wire)
    {
        await using RawUpstream first = RawUpstream.Start(wire);
        await using RawUpstream second = RawUpstream.Start(Ok);
        await using RelayHarness worker = await RelayHarness.StartAsync(first.Url, second.Url);
        Assert.That((await worker.AskAsync("GET", "/v2/keys/a")).Body, Is.EqualTo("second"));
    }

    [Test]
    public async Task A_write_goes_to_the_next_member_only_where_no_connection_can_be_made()
    {
        await using RawUpstream second = RawUpstream.Start(Ok);
        await using RelayHarness worker = await RelayHarness.StartAsync("http://127.0.0.1:1", second.Url);
        Assert.That((await worker.AskAsync("PUT", "/v2/keys/a", "", "value=1")).Body, Is.EqualTo("second"));
        Assert.That(worker.Follower.View.Order[0].Url, Is.EqualTo(second.Url), "the other one is passed over now");
    }

    [Test]
    public async Task A_connection_that_was_closed_while_idle_is_not_used_for_a_write()
    {
        int answered = 0;
        await using RawUpstream member = RawUpstream.Start(async exchange =>
        {
            await exchange.SendAsync(Ok);
            if (Interlocked.Increment(ref answered) == 1)
                exchange.Close();
        });
        await using RelayHarness worker = await RelayHarness.StartAsync(member.Url);
        await worker.AskAsync("GET", "/v2/keys/a");
        await UntilAsync(() => member.Open == 0);
        Assert.That((await worker.AskAsync("PUT", "/v2/keys/a", "", "value=1")).Body, Is.EqualTo("second"));
    }

    [Test]
    public async Task A_used_connection_that_breaks_under_a_request_costs_a_read_nothing_and_makes_a_write_unknown()
    {
        int asked = 0;
        await using RawUpstream member = RawUpstream.Start(exchange =>
        {
            // Every second request meets the end of its connection.
            if (Interlocked.Increment(ref asked) % 2 == 1)
                return exchange.SendAsync(Ok);
            exchange.Reset();
            return Task.CompletedTask;
        });
        await using RelayHarness worker = await RelayHarness.StartAsync(member.Url);
        await worker.AskAsync("GET", "/v2/keys/first");
        Assert.That((await worker.AskAsync("GET", "/v2/keys/read")).Body, Is.EqualTo("second"));
        RawAnswer write = await worker.AskAsync("PUT", "/v2/keys/write", "", "value=1");
        Assert.That(write.Status, Is.EqualTo(502));
        Assert.That(member.Requests.Select(r => r.Line), Is.EqualTo(
            new[] { "GET /v2/keys/first", "GET /v2/keys/read", "GET /v2/keys/read", "PUT /v2/keys/write" }));
    }

    [Test]
    public async Task A_member_that_is_silent_is_passed_over_by_reads_and_leaves_a_write_unknown()
    {
        RelayOptions options = new()
        {
            ReadTimeout = TimeSpan.FromMilliseconds(200),
            AnswerTimeout = TimeSpan.FromMilliseconds(300),
        };
        await using RawUpstream silent = RawUpstream.Start(exchange => exchange.WaitForCloseAsync());
        await using RawUpstream second = RawUpstream.Start(Ok);
        await using RelayHarness worker = await RelayHarness.StartAsync(options, silent.Url, second.Url);
        RawAnswer write = await worker.AskAsync("PUT", "/v2/keys/a", "", "value=1");
        Assert.That(write.Status, Is.EqualTo(504));
        Assert.That(write.Body, Does.Contain("it may have happened").And.Contain("no answer in time"));
        Stopwatch watch = Stopwatch.StartNew();
        Assert.That((await worker.AskAsync("GET", "/v2/keys/a")).Body, Is.EqualTo("second"));
        Assert.That(silent.Requests, Has.Count.EqualTo(1), "the write's fault was enough: the read goes elsewhere");
        Assert.That(watch.Elapsed, Is.LessThan(s_patience));
        await UntilAsync(() => silent.Open == 0);
    }

    [Test]
    public async Task A_watch_is_passed_on_at_once_and_waits_as_long_as_it_takes()
    {
        RelayOptions options = new() { AnswerTimeout = TimeSpan.FromMilliseconds(100) };
        TaskCompletionSource happen = new();
        await using RawUpstream member = RawUpstream.Start(async exchange =>
        {
            await exchange.SendAsync(WatchHead);
            await happen.Task;
            await exchange.SendAsync("4\r\n{1}\n\r\n");
            await exchange.SendAsync("4\r\n{2}\n\r\n0\r\n\r\n");
        });
        await using RelayHarness worker = await RelayHarness.StartAsync(options, member.Url);
        await using RawClient client = await worker.OpenAsync();
        await client.SendAsync("GET /v2/keys/a?wait=true&stream=true HTTP/1.1\r\nHost: x\r\n\r\n");
        RawAnswer head = await client.ReadHeadAsync();
        Assert.That((head.Status, head["X-Etcd-Index"]), Is.EqualTo((200, "7")));
        await Task.Delay(options.AnswerTimeout * 8);
        happen.SetResult();
        string events = "";
        while (await client.ReadChunkAsync() is { } chunk)
            events += chunk;
        Assert.That(events, Is.EqualTo("{1}\n{2}\n"));
    }

    [TestCase("4\r\n{1}\n\r\n", true)]
    [TestCase("", true)]
    [TestCase("3\r\n{1}\r\n", false)]
    [TestCase("4\r\n{1", false)]
    public async Task A_watch_whose_member_goes_away_ends_properly_only_between_events(string events, bool isProper)
    {
        await using RawUpstream member = RawUpstream.Start(exchange => CutAsync(exchange, WatchHead + events));
        await using RelayHarness worker = await RelayHarness.StartAsync(member.Url);
        await using RawClient client = await worker.OpenAsync();
        await client.SendAsync("GET /v2/keys/a?wait=true&stream=true HTTP/1.1\r\nHost: x\r\n\r\n");
        bool isEndProper = false;
        try
        {
            await client.ReadHeadAsync();
            while (await client.ReadChunkAsync() is not null)
            {
            }

            isEndProper = true;
        }
        catch (Exception fault) when (fault is IOException or System.Net.Sockets.SocketException
            or FormatException or ArgumentOutOfRangeException)
        {
            // The connection ended instead.
        }

        Assert.That(isEndProper, Is.EqualTo(isProper));
    }

    [Test]
    public async Task A_client_that_leaves_its_watch_ends_it_at_the_member()
    {
        await using RawUpstream member = RawUpstream.Start(async exchange =>
        {
            await exchange.SendAsync(WatchHead);
            await exchange.WaitForCloseAsync();
        });
        await using RelayHarness worker = await RelayHarness.StartAsync(member.Url);
        await using (RawClient client = await worker.OpenAsync())
        {
            await client.SendAsync("GET /v2/keys/a?wait=true HTTP/1.1\r\nHost: x\r\n\r\n");
            await client.ReadHeadAsync();
            Assert.That(member.Open, Is.EqualTo(1));
        }

        await UntilAsync(() => member.Open == 0);
    }

    [Test]
    public async Task A_worker_that_stops_ends_its_watches_properly()
    {
        await using RawUpstream member = RawUpstream.Start(async exchange =>
        {
            await exchange.SendAsync(WatchHead);
            await exchange.WaitForCloseAsync();
        });
        await using RelayHarness worker = await RelayHarness.StartAsync(member.Url);
        await using RawClient client = await worker.OpenAsync();
        await client.SendAsync("GET /v2/keys/a?wait=true HTTP/1.1\r\nHost: x\r\n\r\n");
        await client.ReadHeadAsync();
        Task stopping = worker.StopAsync();
        Assert.That(await client.ReadChunkAsync(), Is.Null);
        await stopping;
        await UntilAsync(() => member.Open == 0);
    }

    [Test]
    public async Task A_client_that_does_not_read_holds_the_member_back()
    {
        const int piece = 64 << 10;
        long sent = 0;
        await using RawUpstream member = RawUpstream.Start(async exchange =>
        {
            await exchange.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {1L << 32}\r\n\r\n");
            string block = new('x', piece);
            while (true)
            {
                await exchange.SendAsync(block);
                Interlocked.Add(ref sent, piece);
            }
        });
        await using RelayHarness worker = await RelayHarness.StartAsync(member.Url);
        await using RawClient client = await RawClient.OpenAsync(worker.Url, receiveBufferBytes: 16 << 10);
        await client.SendAsync("GET /corenode/v1/snapshot HTTP/1.1\r\nHost: x\r\n\r\n");
        await client.ReadHeadAsync();
        long before;
        do
        {
            before = Interlocked.Read(ref sent);
            await Task.Delay(200);
        }
        while (Interlocked.Read(ref sent) > before);
        Assert.That(before, Is.LessThan(32 << 20), "what the sockets of this machine hold, and no more");
    }

    private static async Task CutAsync(RawExchange exchange, string beginning)
    {
        if (beginning.Length > 0)
            await exchange.SendAsync(beginning);
        exchange.Close();
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > s_patience)
                Assert.Fail("it did not come to it");
            await Task.Delay(2);
        }
    }
}
