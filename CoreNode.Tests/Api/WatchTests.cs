using CoreNode.Store;

namespace CoreNode.Tests.Api;

/// <summary>Long polls and streams over real connections.</summary>
[TestFixture, Category("Conformance")]
internal sealed class WatchTests
{
    private ApiHarness _api = null!;
    private RawClient _writer = null!;
    private RawClient _watcher = null!;

    [SetUp]
    public async Task StartServerAsync()
    {
        _api = await ApiHarness.StartAsync();
        _writer = await _api.OpenAsync();
        _watcher = await _api.OpenAsync();
    }

    [TearDown]
    public async Task StopServerAsync()
    {
        await _writer.DisposeAsync();
        await _watcher.DisposeAsync();
        await _api.DisposeAsync();
    }

    [Test]
    public async Task Headers_come_before_the_event_with_the_index_of_the_beginning()
    {
        RawAnswer head = await BeginAsync("/v2/keys/k?wait=true");
        Assert.That((head.Status, head["X-Etcd-Index"], head["X-Raft-Index"], head["Transfer-Encoding"]),
            Is.EqualTo((200, "3", "3", "chunked")));
        await _writer.PutAsync("/k", "value=1");
        Assert.That(await _watcher.ReadChunkAsync(), Is.EqualTo(
            "{\"action\":\"set\",\"node\":{\"key\":\"/k\",\"value\":\"1\",\"modifiedIndex\":4,\"createdIndex\":4}}\n"));
        Assert.That(await _watcher.ReadChunkAsync(), Is.Null);
        Assert.That((await _watcher.AskAsync("GET", "/v2/keys/k")).Status, Is.EqualTo(200), "the connection lives on");
    }

    [Test]
    public async Task A_stream_goes_on_event_by_event()
    {
        await BeginAsync("/v2/keys/?wait=true&stream=true&recursive=true");
        for (int i = 0; i < 500; i++)
        {
            await _writer.PutAsync($"/d/k{i}", "value=1");
            Assert.That(await _watcher.ReadChunkAsync(), Does.Contain($"\"key\":\"/d/k{i}\""));
        }
    }

    [Test]
    public async Task A_past_index_is_answered_from_history_and_a_cleared_one_with_401()
    {
        await _writer.PutAsync("/k", "value=1");
        RawAnswer past = await _watcher.AskAsync("GET", "/v2/keys/k?wait=true&waitIndex=4");
        Assert.That(past.Body, Does.Contain("\"modifiedIndex\":4"));
        for (int i = 0; i < 1001; i++)
            await _writer.PutAsync("/k", "value=2");
        RawAnswer cleared = await _watcher.AskAsync("GET", "/v2/keys/k?wait=true&waitIndex=4");
        Assert.That((cleared.Status, cleared["X-Etcd-Index"], cleared["X-Raft-Index"]),
            Is.EqualTo((400, "1005", (string?)null)));
        Assert.That(cleared.Body, Does.Contain("\"errorCode\":401"));
    }

    [Test]
    public async Task A_watcher_whose_client_left_is_forgotten([Values] bool isReset)
    {
        await BeginAsync("/v2/keys/k?wait=true&stream=true");
        Assert.That(_api.Store.Statistics[StoreCounter.Watchers], Is.EqualTo(1));
        if (isReset)
            _watcher.Reset();
        else
            await _watcher.DisposeAsync();
        await EventuallyAsync(() => _api.Store.Statistics[StoreCounter.Watchers] == 0);
    }

    [Test]
    public async Task A_stream_that_is_not_read_is_dropped_and_told_so()
    {
        await using RawClient slow = await RawClient.OpenAsync(_api.Url, receiveBufferBytes: 4096);
        await slow.SendAsync("GET /v2/keys/k?wait=true&stream=true HTTP/1.1\r\nHost: x\r\n\r\n");
        await slow.ReadHeadAsync();
        string value = "value=" + new string('v', 200_000);
        int written = 0;
        for (; written < 400 && _api.Store.Statistics[StoreCounter.Watchers] > 0; written++)
            await _writer.PutAsync("/k", value);
        Assert.That(written, Is.InRange(101, 399), "the socket takes some, the queue 100, then it ends");
        int events = 0;
        string last = "";
        for (string line = ""; await slow.ReadChunkAsync() is { } chunk;)
        {
            line += chunk;
            string[] lines = line.Split('\n');
            line = lines[^1];
            events += lines.Length - 1;
            last = lines.Length > 1 ? lines[^2] : last;
        }

        Assert.That(events, Is.InRange(101, written));
        Assert.That(last, Does.StartWith("{\"errorCode\":400,\"message\":\"watcher is cleared due to etcd recovery\","
            + "\"cause\":\"events were lost: the watcher fell more than 100 behind, or a snapshot replaced them\","
            + "\"index\":"));
        Assert.That((await slow.AskAsync("GET", "/version")).Status, Is.EqualTo(200), "the answer ended properly");
    }

    [Test]
    public async Task Stopping_ends_watches_properly_within_a_second()
    {
        await BeginAsync("/v2/keys/k?wait=true&stream=true");
        await _writer.PutAsync("/k", "value=1");
        long start = TimeProvider.System.GetTimestamp();
        await _api.StopAsync();
        Assert.That(TimeProvider.System.GetElapsedTime(start), Is.LessThan(TimeSpan.FromSeconds(2)));
        Assert.That(await _watcher.ReadChunkAsync(), Does.Contain("\"value\":\"1\""));
        Assert.That(await _watcher.ReadChunkAsync(), Is.Null);
    }

    [Test]
    public async Task Stopping_lets_a_running_write_finish()
    {
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _api.Store.Gate = gate.Task;
        await _writer.SendAsync("PUT /v2/keys/k?value=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
        Assert.That((await _watcher.AskAsync("GET", "/version")).Status, Is.EqualTo(200));
        await EventuallyAsync(() => _api.Store.WaitingWrites == 1);
        Task stopping = _api.StopAsync();
        gate.SetResult();
        Assert.That((await _writer.ReadAsync()).Status, Is.EqualTo(201));
        await stopping;
    }

    private async Task<RawAnswer> BeginAsync(string target)
    {
        await _watcher.SendAsync($"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n");
        return await _watcher.ReadHeadAsync();
    }

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(20));
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(5));
        while (!condition())
            await timer.WaitForNextTickAsync(deadline.Token);
    }
}
