using System.Globalization;
using System.Text;
using CoreNode.Api;
using CoreNode.Api.Limits;

namespace CoreNode.Tests.Api.Limits;

/// <summary>Clients that send or read too slowly are cut off; those that are merely idle are not.</summary>
[TestFixture, Category("Conformance")]
[Parallelizable(ParallelScope.All)]
internal sealed class SlowClientTests
{
    private const string Form = "Content-Type: application/x-www-form-urlencoded\r\n";

    private static readonly ApiLimits s_impatient = new()
    {
        HeadTime = TimeSpan.FromSeconds(1),
        GraceTime = TimeSpan.FromSeconds(1.1),
        MinBytesPerSecond = 10_000,
    };

    [Test]
    public async Task A_head_that_never_ends_is_answered_with_408()
    {
        await using ApiHarness api = await StartAsync(s_impatient);
        await using RawClient idle = await api.OpenAsync();
        await using RawClient slow = await api.OpenAsync();
        await slow.SendAsync("GET /v2/keys/k HTTP/1.1\r\nHost: x\r\nX-Never");
        Assert.That((await slow.ReadAsync()).Status, Is.EqualTo(408));
        Assert.That(await slow.IsEndedAsync(), Is.True);
        Assert.That(ClientLimitTests.Refusals(api, "head-time"), Is.EqualTo(1));
        Assert.That((await idle.AskAsync("GET", "/version")).Status, Is.EqualTo(200), "it had sent nothing");
        Assert.That((await idle.AskAsync("GET", "/version")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_body_that_comes_too_slowly_is_answered_with_408()
    {
        await using ApiHarness api = await StartAsync(s_impatient);
        await using RawClient slow = await api.OpenAsync();
        await slow.SendAsync($"PUT /v2/keys/k HTTP/1.1\r\nHost: x\r\n{Form}Content-Length: 100\r\n\r\nvalue=");
        Assert.That((await slow.ReadAsync()).Status, Is.EqualTo(408));
        Assert.That(ClientLimitTests.Refusals(api, "slow-body"), Is.EqualTo(1));
        Assert.That((await api.AskAsync("GET", "/v2/keys/k")).Status, Is.EqualTo(404), "half a form is no write");
    }

    [Test]
    public async Task A_listing_that_is_not_read_is_cut_off()
    {
        await using ApiHarness api = await StartAsync(s_impatient);
        await LargeListingTests.FillAsync(api.Store);
        await using RawClient slow = await RawClient.OpenAsync(api.Url, receiveBufferBytes: 4096);
        await slow.SendAsync("GET /v2/keys/dir?recursive=true HTTP/1.1\r\nHost: x\r\n\r\n");
        await ClientLimitTests.UntilAsync(async () =>
        {
            await Task.Delay(5);
            return ClientLimitTests.Refusals(api, "slow-reader") >= 1;
        });
    }

    [Test]
    public async Task Answers_that_nobody_reads_are_cut_off_however_small_each_is()
    {
        await using ApiHarness api = await StartAsync(s_impatient);
        await using RawClient writer = await api.OpenAsync();
        await writer.PutAsync("/k", "value=" + new string('v', 10_000));
        await using RawClient slow = await RawClient.OpenAsync(api.Url, receiveBufferBytes: 4096);
        byte[] request = Encoding.ASCII.GetBytes("GET /v2/keys/k HTTP/1.1\r\nHost: x\r\n\r\n");
        byte[] many = [.. Enumerable.Repeat(request, 2000).SelectMany(static r => r)];

        // The server stops to read as well, so this may wait until the connection is cut.
        Task sending = slow.SendAsync(many);
        await ClientLimitTests.UntilAsync(async () =>
        {
            await Task.Delay(5);
            return ClientLimitTests.Refusals(api, "slow-reader") >= 1;
        });
        await Task.WhenAny(sending);
        Assert.That(sending.Exception?.InnerException, Is.Null.Or.InstanceOf<System.Net.Sockets.SocketException>());
    }

    [Test]
    public async Task Unfinished_heads_are_bounded_in_sum()
    {
        await using ApiHarness api = await StartAsync(new ApiLimits { MaxClientHeaderBytes = 100_000 });
        await using RawClient first = await api.OpenAsync();
        await using RawClient second = await api.OpenAsync();
        string half = "GET /v2/keys/k?" + new string('a', 70_000);
        await first.SendAsync(half);
        await second.SendAsync(half);
        await ClientLimitTests.UntilAsync(() => Task.FromResult(ClientLimitTests.Refusals(api, "client-heads") >= 1));
        bool[] ended = await Task.WhenAll(EndsAsync(first), EndsAsync(second));
        Assert.That(ended.Count(static e => e), Is.EqualTo(1), "one is cut, the other goes on");
        Assert.That(ClientLimitTests.Refusals(api, "client-heads"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_long_line_is_understood_however_it_is_cut()
    {
        await using ApiHarness api = await StartAsync(new ApiLimits());
        string value = new('v', 500_000);
        byte[] request = Encoding.ASCII.GetBytes(
            $"PUT /v2/keys/k?value={value} HTTP/1.1\r\nHost: x\r\nX-Long: {new string('h', 300_000)}\r\n"
            + "X-Short: 1\r\n\r\n");
        await using RawClient client = await api.OpenAsync();
        for (int at = 0; at < request.Length; at += 700)
            await client.SendAsync(request[at..Math.Min(at + 700, request.Length)]);
        Assert.That((await client.ReadAsync()).Body, Does.Contain($"\"value\":\"{value}\""));
        Assert.That((await client.AskAsync("GET", "/version")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_client_that_closes_its_sending_half_gets_the_whole_listing()
    {
        await using ApiHarness api = await StartAsync(new ApiLimits());
        await LargeListingTests.FillAsync(api.Store);
        await using RawClient client = await api.OpenAsync();
        await client.SendAsync("GET /v2/keys/dir HTTP/1.1\r\nHost: x\r\n\r\n");
        client.CloseSending();
        Assert.That((await client.ReadAsync()).Body, Does.EndWith("}}\n"));
    }

    [Test]
    public async Task An_answer_in_chunks_has_its_end_though_the_body_of_its_request_is_none()
    {
        await using ApiHarness api = await StartAsync(new ApiLimits());
        await LargeListingTests.FillAsync(api.Store);
        await using RawClient client = await api.OpenAsync();
        await client.SendAsync(
            "GET /v2/keys/dir HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\n");
        Assert.That((await client.ReadAsync()).Body, Does.EndWith("}}\n"));
        Assert.That(await client.IsEndedAsync(), Is.True);
    }

    [Test]
    public async Task Requests_sent_ahead_are_answered_in_order_though_others_have_their_turn()
    {
        const int Ahead = 3000;
        await using ApiHarness api = await StartAsync(new ApiLimits());
        await using RawClient client = await api.OpenAsync();
        StringBuilder text = new();
        for (int i = 0; i < Ahead; i++)
            text.Append(CultureInfo.InvariantCulture, $"GET /v2/keys/k{i} HTTP/1.1\r\nHost: x\r\n\r\n");
        Task sending = client.SendAsync(text.ToString());
        for (int i = 0; i < Ahead; i++)
            Assert.That((await client.ReadAsync()).Body, Does.Contain($"\"cause\":\"/k{i}\""));
        await sending;
    }

    private static Task<ApiHarness> StartAsync(ApiLimits limits) =>
        ApiHarness.StartAsync(new ApiOptions { Limits = limits });

    // A request that is refused for its length ends its connection, too, but with an answer.
    private static async Task<bool> EndsAsync(RawClient client)
    {
        try
        {
            await client.SendAsync(" HTTP/1.1\r\nHost: x\r\n\r\n");
            await client.ReadAsync();
            return false;
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or EndOfStreamException
            or ArgumentOutOfRangeException)
        {
            return true;
        }
    }
}
