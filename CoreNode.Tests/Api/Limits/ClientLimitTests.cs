using System.Net;
using CoreNode.Api;
using CoreNode.Api.Limits;

namespace CoreNode.Tests.Api.Limits;

/// <summary>
/// Each limit on real connections: who meets it is told which, its value and its flag; others go on; what was taken is
/// given back.
/// </summary>
[TestFixture, Category("Conformance")]
internal sealed class ClientLimitTests
{
    private const string Form = "Content-Type: application/x-www-form-urlencoded\r\n";
    private const string Watch = "GET /v2/keys/k?wait=true HTTP/1.1\r\nHost: x\r\n\r\n";
    private const int MaxTries = 2000;

    private static readonly IPAddress s_other = IPAddress.Parse("127.0.0.2");
    private static readonly IPAddress s_third = IPAddress.Parse("127.0.0.3");

    [Test]
    public async Task Connections_of_one_client_are_bounded_and_the_next_is_told_why()
    {
        await using ApiHarness api = await StartAsync(new ApiLimits { MaxClientConnections = 2 });
        await using RawClient first = await api.OpenAsync();
        RawClient second = await api.OpenAsync();
        Assert.That((await first.AskAsync("GET", "/version")).Status, Is.EqualTo(200));
        Assert.That((await second.AskAsync("GET", "/version")).Status, Is.EqualTo(200));
        RawAnswer refused = await UnaskedAsync(await api.OpenAsync());
        Assert.That((refused.Status, refused["Retry-After"]), Is.EqualTo((429, "1")));
        Assert.That(refused.Body, Is.EqualTo(
            "corenode: too many connections from this address: the limit is 2 (--max-client-connections 2); "
            + "try again later\n"));
        Assert.That(Refusals(api, "client-connections"), Is.EqualTo(1));
        await using (RawClient other = await RawClient.OpenFromAsync(s_other, api.Url))
            Assert.That((await other.AskAsync("GET", "/version")).Status, Is.EqualTo(200));

        await second.DisposeAsync();
        await UntilAsync(async () =>
        {
            await using RawClient again = await api.OpenAsync();
            await again.SendAsync("GET /version HTTP/1.1\r\nHost: x\r\n\r\n");
            return (await again.ReadAsync()).Status == 200;
        });
    }

    [Test]
    public async Task Connections_are_bounded_in_all_and_no_client_takes_all_of_them()
    {
        await using ApiHarness api = await StartAsync(new ApiLimits { MaxConnections = 4 });
        List<RawClient> open = [];
        for (int i = 0; i < 3; i++)
            open.Add(await AnsweredAsync(await api.OpenAsync()));
        Assert.That(
            (await UnaskedAsync(await api.OpenAsync())).Body,
            Does.Contain("(--max-client-connections 10000, cut by --max-connections"));
        open.Add(await AnsweredAsync(await RawClient.OpenFromAsync(s_other, api.Url)));
        RawAnswer refused = await UnaskedAsync(await RawClient.OpenFromAsync(s_third, api.Url));
        Assert.That(refused.Status, Is.EqualTo(503));
        Assert.That(refused.Body, Does.StartWith(
            "corenode: too many connections: the limit is 4 (--max-connections 4)"));
        foreach (RawClient client in open)
            await client.DisposeAsync();
    }

    [Test]
    public async Task Watches_are_bounded_for_each_client_and_in_all()
    {
        await using ApiHarness api = await StartAsync(new ApiLimits { MaxWatches = 2, MaxClientWatches = 1 });
        await using RawClient first = await WatchingAsync(await api.OpenAsync());
        await using RawClient refused = await api.OpenAsync();
        await refused.SendAsync(Watch);
        RawAnswer answer = await refused.ReadAsync();
        Assert.That((answer.Status, answer["Retry-After"]), Is.EqualTo((429, "1")));
        Assert.That(answer.Body.TrimEnd(), Is.EqualTo(
            "{\"errorCode\":300,\"message\":\"Raft Internal Error\",\"cause\":\"corenode: too many watches from this "
            + "address: the limit is 1 (--max-client-watches 1); try again later\",\"index\":0}"));
        await using RawClient other = await WatchingAsync(await RawClient.OpenFromAsync(s_other, api.Url));
        await using RawClient third = await RawClient.OpenFromAsync(s_third, api.Url);
        await third.SendAsync(Watch);
        answer = await third.ReadAsync();
        Assert.That(answer.Status, Is.EqualTo(503));
        Assert.That(answer.Body, Does.Contain("too many watches: the limit is 2 (--max-watches 2)"));

        Assert.That((await refused.PutAsync("/k", "value=1")).Status, Is.EqualTo(201), "the connection goes on");
        Assert.That(await first.ReadChunkAsync(), Does.Contain("\"value\":\"1\""));
        await UntilAsync(async () =>
        {
            await third.SendAsync("GET /v2/keys/k?wait=true&waitIndex=1 HTTP/1.1\r\nHost: x\r\n\r\n");
            return (await third.ReadAsync()).Status == 200;
        });
    }

    [Test]
    public async Task One_client_cannot_fill_the_queue_of_writes()
    {
        HeldStore? held = null;
        await using ApiHarness api = await ApiHarness.StartAsync(
            new ApiOptions { Limits = new ApiLimits { MaxWaitingWrites = 3, MaxClientWaitingWrites = 2 } },
            store => held = new HeldStore(store));
        RawClient[] writers = [await api.OpenAsync(), await api.OpenAsync()];
        Task<RawAnswer>[] writing = [.. writers.Select((w, i) => w.PutAsync($"/{i}", "value=1"))];
        await held!.WaitForAsync(2);
        await using RawClient refused = await api.OpenAsync();
        RawAnswer answer = await refused.PutAsync("/r", "value=1");
        Assert.That(answer.Status, Is.EqualTo(429));
        Assert.That(answer.Body, Does.Contain("the limit is 2 (--max-client-waiting-writes 2)"));
        await using RawClient other = await RawClient.OpenFromAsync(s_other, api.Url);
        Task<RawAnswer> otherWriting = other.PutAsync("/o", "value=1");
        await held.WaitForAsync(3);
        await using RawClient third = await RawClient.OpenFromAsync(s_third, api.Url);
        answer = await third.PutAsync("/t", "value=1");
        Assert.That((answer.Status, answer["Retry-After"]), Is.EqualTo((503, "1")));
        Assert.That(answer.Body, Does.Contain("\"errorCode\":300").And.Contain("(--max-waiting-writes 3)"));
        held.Release();
        Assert.That((await otherWriting).Status, Is.EqualTo(201));
        foreach (Task<RawAnswer> write in writing)
            Assert.That((await write).Status, Is.EqualTo(201));
        Assert.That((await third.PutAsync("/t", "value=1")).Status, Is.EqualTo(201), "given back");
        foreach (RawClient writer in writers)
            await writer.DisposeAsync();
    }

    [TestCase("/v2/keys/k", "{\"errorCode\":300,\"message\":\"Raft Internal Error\",\"cause\":\"corenode: too many")]
    [TestCase("/v2/members", "{\"message\":\"corenode: too many requests")]
    [TestCase("/metrics", "corenode: too many requests")]
    public async Task Requests_of_one_client_are_bounded_in_the_words_of_each_surface(string target, string words)
    {
        HeldStore? held = null;
        await using ApiHarness api = await ApiHarness.StartAsync(
            new ApiOptions { Limits = new ApiLimits { MaxClientRequests = 1 } }, store => held = new HeldStore(store));
        await using RawClient writer = await api.OpenAsync();
        Task<RawAnswer> writing = writer.PutAsync("/k", "value=1");
        await held!.WaitForAsync(1);
        await using RawClient busy = await api.OpenAsync();
        await UntilAsync(async () =>
        {
            // The request counts once its answer is known to come later, a moment after the store has it.
            RawAnswer answer = await busy.AskAsync("GET", target);
            return answer.Status == 429 && answer.Body.Contains(words, StringComparison.Ordinal)
                && answer.Body.Contains("the limit is 1 (--max-client-requests 1)", StringComparison.Ordinal);
        });
        await using RawClient other = await RawClient.OpenFromAsync(s_other, api.Url);
        Assert.That((await other.AskAsync("GET", "/version")).Status, Is.EqualTo(200));
        held.Release();
        Assert.That((await writing).Status, Is.EqualTo(201));
        Assert.That((await writer.AskAsync("GET", target)).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Long_listings_are_bounded_for_each_client_and_in_all()
    {
        await using ApiHarness api = await StartAsync(new ApiLimits { MaxListings = 2, MaxClientListings = 1 });
        await LargeListingTests.FillAsync(api.Store);
        await using RawClient slow = await ListingAsync(await RawClient.OpenAsync(api.Url, receiveBufferBytes: 4096));
        await using RawClient refused = await api.OpenAsync();
        RawAnswer answer = await refused.AskAsync("GET", "/v2/keys/dir?recursive=true");
        Assert.That(answer.Status, Is.EqualTo(429));
        Assert.That(answer.Body, Does.Contain("\"errorCode\":300").And.Contain("(--max-client-listings 1)"));
        Assert.That((await refused.AskAsync("GET", "/v2/keys/")).Status, Is.EqualTo(200), "short ones are not counted");
        answer = await refused.AskAsync("GET", "/corenode/v1/snapshot?local=true");
        Assert.That(answer.Status, Is.EqualTo(429), "a snapshot holds a state, too");
        await using RawClient other = await ListingAsync(await RawClient.OpenFromAsync(s_other, api.Url, 4096));
        await using RawClient third = await RawClient.OpenFromAsync(s_third, api.Url);
        answer = await third.AskAsync("GET", "/v2/keys/dir?recursive=true");
        Assert.That((answer.Status, answer["Retry-After"]), Is.EqualTo((503, "1")));
        slow.Reset();
        await UntilAsync(async () => (await refused.AskAsync("HEAD", "/v2/keys/dir")).Status == 200
            && Metric(api, "corenode_api_listings") == 1);
        Assert.That(Refusals(api, "client-listings"), Is.EqualTo(2));
    }

    [Test]
    public async Task Bodies_of_one_client_leave_room_for_those_of_others()
    {
        await using ApiHarness api = await StartAsync(new ApiLimits { MaxClientBodyBytes = 100_000 });
        await using RawClient slow = await api.OpenAsync();
        await slow.SendAsync($"PUT /v2/keys/s HTTP/1.1\r\nHost: x\r\n{Form}Content-Length: 80000\r\n\r\nvalue=");
        await slow.SendAsync(new string('x', 79_000));
        RawAnswer? refused = null;
        await UntilAsync(async () =>
        {
            await using RawClient next = await api.OpenAsync();
            RawAnswer answer = await next.PutAsync("/k", "value=" + new string('y', 60_000));
            refused = answer.Status == 429 ? answer : null;
            return refused is not null;
        });
        Assert.That(refused!.Body, Does.Contain("(--max-client-body-bytes 100000)"));
        await using RawClient other = await RawClient.OpenFromAsync(s_other, api.Url);
        RawAnswer good = await other.PutAsync("/o", "value=" + new string('y', 60_000));
        Assert.That(good.Status, Is.EqualTo(201), good.Body.Length < 500 ? good.Body : "");
    }

    internal static double Refusals(ApiHarness api, string label) =>
        Metric(api, $"corenode_limit_refusals_total{{limit=\"{label}\"}}");

    internal static async Task UntilAsync(Func<Task<bool>> isTrue)
    {
        for (int i = 0; i < MaxTries; i++)
        {
            if (await isTrue())
                return;
            await Task.Delay(1);
        }

        Assert.Fail("it never became true");
    }

    private static double Metric(ApiHarness api, string name)
    {
        System.Buffers.ArrayBufferWriter<byte> text = new();
        api.Metrics.WriteTo(text);
        string line = System.Text.Encoding.UTF8.GetString(text.WrittenSpan).Split('\n')
            .First(l => l.StartsWith(name + " ", StringComparison.Ordinal));
        return double.Parse(line[name.Length..], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static Task<ApiHarness> StartAsync(ApiLimits limits) =>
        ApiHarness.StartAsync(new ApiOptions { Limits = limits });

    private static async Task<RawAnswer> UnaskedAsync(RawClient client)
    {
        await using (client)
            return await client.ReadAsync();
    }

    private static async Task<RawClient> AnsweredAsync(RawClient client)
    {
        Assert.That((await client.AskAsync("GET", "/version")).Status, Is.EqualTo(200));
        return client;
    }

    private static async Task<RawClient> WatchingAsync(RawClient client)
    {
        await client.SendAsync(Watch);
        Assert.That((await client.ReadHeadAsync()).Status, Is.EqualTo(200));
        return client;
    }

    private static async Task<RawClient> ListingAsync(RawClient client)
    {
        await client.SendAsync("GET /v2/keys/dir?recursive=true HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.That((await client.ReadHeadAsync()).Status, Is.EqualTo(200));
        return client;
    }
}
