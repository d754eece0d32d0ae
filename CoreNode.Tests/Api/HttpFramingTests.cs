using System.Text;
using CoreNode.Api;
using CoreNode.Api.Limits;

namespace CoreNode.Tests.Api;

/// <summary>What arrives on a socket in unusual pieces or forms, over a real loopback connection.</summary>
[TestFixture, Category("Conformance")]
internal sealed class HttpFramingTests
{
    private const string Form = "Content-Type: application/x-www-form-urlencoded\r\n";

    private ApiHarness _api = null!;

    [SetUp]
    public async Task StartServerAsync() => _api = await ApiHarness.StartAsync(
        new ApiOptions { Limits = new ApiLimits { MaxFormBytes = 100_000 } });

    [TearDown]
    public ValueTask StopServerAsync() => _api.DisposeAsync();

    [Test]
    public async Task Requests_sent_ahead_are_answered_in_order()
    {
        await using RawClient client = await _api.OpenAsync();
        StringBuilder ahead = new();
        for (int i = 0; i < 50; i++)
        {
            ahead.Append($"PUT /v2/keys/k{i} HTTP/1.1\r\nHost: x\r\n{Form}Content-Length: 7\r\n\r\nvalue={i % 10}");
            ahead.Append($"GET /v2/keys/k{i} HTTP/1.1\r\nHost: x\r\n\r\n");
        }

        await client.SendAsync(ahead.ToString());
        for (int i = 0; i < 50; i++)
        {
            Assert.That((await client.ReadAsync()).Status, Is.EqualTo(201));
            Assert.That((await client.ReadAsync()).Body, Does.Contain($"\"key\":\"/k{i}\",\"value\":\"{i % 10}\""));
        }
    }

    [Test]
    public async Task A_request_may_arrive_byte_by_byte()
    {
        await using RawClient client = await _api.OpenAsync();
        string request = "PUT /v2/keys/%00é?prevExist=false HTTP/1.1\r\nHost: x\r\n"
            + $"{Form}Content-Length: 11\r\n\r\nvalue=%41+b";
        foreach (byte b in Encoding.UTF8.GetBytes(request))
            await client.SendAsync([b]);
        RawAnswer answer = await client.ReadAsync();
        Assert.That(answer.Body,
            Does.StartWith("{\"action\":\"create\",\"node\":{\"key\":\"/\\u0000é\",\"value\":\"A b\""));
    }

    [Test]
    public async Task A_chunked_form_counts_like_any_other()
    {
        await using RawClient client = await _api.OpenAsync();
        await client.SendAsync($"PUT /v2/keys/c HTTP/1.1\r\nHost: x\r\n{Form}Transfer-Encoding: chunked\r\n\r\n"
            + "5\r\nvalue\r\n3\r\n=%4\r\n2\r\n1!\r\n0\r\n\r\nGET /v2/keys/c%00 HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.That((await client.ReadAsync()).Body, Does.Contain("\"value\":\"A!\""));
        Assert.That((await client.ReadAsync()).Body, Does.Contain("\"cause\":\"/c\\u0000\""));
    }

    [Test]
    public async Task A_body_that_looks_like_a_request_line_stays_a_body()
    {
        await using RawClient client = await _api.OpenAsync();
        const string Value = "GET /é%2500 HTTP/1.1\r\n";
        await client.PutAsync("/log", "a=b");
        RawAnswer answer = await client.PutAsync("/log", "value=" + Value);
        Assert.That(answer.Body, Does.Contain("\"value\":\"GET /é%00 HTTP/1.1\\r\\n\""));
    }

    [Test]
    public async Task Odd_targets_work_after_bodies_that_nobody_wanted()
    {
        await using RawClient client = await _api.OpenAsync();
        foreach (string method in new[] { "GET", "DELETE", "PUT", "PATCH", "OPTIONS" })
        {
            await client.AskAsync(method, "/v2/keys/x", "Content-Type: text/plain\r\n", "GET /é HTTP/1.1\r\n\r\n");
            RawAnswer odd = await client.AskAsync("GET", "/v2/keys/é%00");
            Assert.That(odd.Body, Does.Contain("\"cause\":\"/é\\u0000\""), method);
        }
    }

    [Test]
    public async Task Raw_bytes_and_NUL_in_a_target_are_key_bytes()
    {
        await using RawClient client = await _api.OpenAsync();
        await client.SendAsync([.. "PUT /v2/keys/a"u8, 0xFF, .. "%00b?value="u8, 0xFE, .. "%00 HTTP/1.1\r\n"u8,
            .. "Host: x\r\nContent-Length: 0\r\n\r\n"u8]);
        Assert.That((await client.ReadAsync()).Body,
            Does.Contain("\"key\":\"/a\\ufffd\\u0000b\",\"value\":\"\\ufffd\\u0000\""));
    }

    [TestCase("/v2/keys/%zz")]
    [TestCase("/v2/keys/\u0001")]
    [TestCase("/v2/keys/\u007f")]
    [TestCase("/v2/keys/a%")]
    [TestCase("/é%zz")]
    public async Task A_target_that_Go_refuses_gets_its_bare_answer(string target)
    {
        await using RawClient client = await _api.OpenAsync();
        RawAnswer answer = await client.AskAsync("GET", target);
        Assert.That(answer.Body, Is.EqualTo("400 Bad Request"));
        Assert.That(answer["Content-Length"] ?? answer["Transfer-Encoding"] ?? answer["X-Etcd-Cluster-Id"], Is.Null);
    }

    [Test]
    public async Task HTTP_1_0_closes_unless_asked_to_stay()
    {
        await using RawClient client = await _api.OpenAsync();
        await client.SendAsync("GET /version HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        Assert.That((await client.ReadAsync()).Body, Does.Contain("3.4.23"));
        await client.SendAsync("GET /version HTTP/1.0\r\n\r\n");
        Assert.That((await client.ReadAsync()).Body, Does.Contain("3.4.23"));
        Assert.That(await client.IsEndedAsync(), Is.True);
    }

    [Test]
    public async Task HEAD_has_the_headers_of_GET_and_no_body()
    {
        await using RawClient client = await _api.OpenAsync();
        await client.PutAsync("/h", "value=12345");
        RawAnswer get = await client.AskAsync("GET", "/v2/keys/h");
        RawAnswer head = await client.AskAsync("HEAD", "/v2/keys/h");
        Assert.That(head.Headers.Where(h => !h.StartsWith("Date", StringComparison.Ordinal)),
            Is.EqualTo(get.Headers.Where(h => !h.StartsWith("Date", StringComparison.Ordinal))));
        Assert.That((await client.AskAsync("HEAD", "/v2/keys")).Status, Is.EqualTo(200));
        Assert.That((await client.AskAsync("HEAD", "/v2/keys/none")).Status, Is.EqualTo(404));
        Assert.That((await client.AskAsync("GET", "/version")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_client_that_closed_its_sending_half_is_answered()
    {
        await using RawClient client = await _api.OpenAsync();
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _api.Store.Gate = gate.Task;
        await client.SendAsync($"PUT /v2/keys/half HTTP/1.1\r\nHost: x\r\n{Form}Content-Length: 7\r\n\r\nvalue=1");
        client.CloseSending();
        Assert.That((await _api.AskAsync("GET", "/version")).Status, Is.EqualTo(200));
        gate.SetResult();
        Assert.That((await client.ReadAsync()).Status, Is.EqualTo(201));
        Assert.That(await client.IsEndedAsync(), Is.True);
    }

    [Test]
    public async Task A_form_at_the_limit_is_taken_and_one_byte_more_is_error_210()
    {
        await using RawClient client = await _api.OpenAsync();
        RawAnswer fits = await client.PutAsync("/big", "value=" + new string('v', 100_000 - 6));
        Assert.That(fits.Status, Is.EqualTo(201));
        RawAnswer over = await client.PutAsync("/big", "value=" + new string('v', 100_000 - 5));
        Assert.That(over.Status, Is.EqualTo(400));
        Assert.That(over.Body, Is.EqualTo(
            "{\"errorCode\":210,\"message\":\"Invalid POST form\",\"cause\":\"http: POST too large\",\"index\":0}\n"));
        Assert.That(over["X-Etcd-Index"], Is.EqualTo("0"));
        Assert.That(over["Connection"], Is.EqualTo("close"));
    }

    [Test]
    public async Task A_chunked_form_beyond_the_limit_is_error_210_too()
    {
        await using RawClient client = await _api.OpenAsync();
        string chunk = "2710\r\n" + new string('v', 10_000) + "\r\n";
        await client.SendAsync($"PUT /v2/keys/c HTTP/1.1\r\nHost: x\r\n{Form}Transfer-Encoding: chunked\r\n\r\n"
            + string.Concat(Enumerable.Repeat(chunk, 11)) + "0\r\n\r\n");
        Assert.That((await client.ReadAsync()).Body, Does.Contain("http: POST too large"));
    }

    [Test]
    public async Task A_client_may_wait_for_leave_to_send_its_body()
    {
        await using RawClient client = await _api.OpenAsync();
        await client.SendAsync(
            $"PUT /v2/keys/e HTTP/1.1\r\nHost: x\r\n{Form}Expect: 100-continue\r\nContent-Length: 7\r\n\r\n");
        Assert.That((await client.ReadHeadAsync()).Status, Is.EqualTo(100));
        await client.SendAsync("value=1");
        Assert.That((await client.ReadAsync()).Status, Is.EqualTo(201));
    }

    [Test]
    public async Task Leave_is_not_given_for_a_body_that_is_too_large()
    {
        await using RawClient client = await _api.OpenAsync();
        await client.SendAsync(
            $"PUT /v2/keys/e HTTP/1.1\r\nHost: x\r\n{Form}Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n");
        Assert.That((await client.ReadHeadAsync()).Status, Is.EqualTo(400));
    }

    [Test]
    public async Task Headers_beyond_the_limit_are_refused()
    {
        await using ApiHarness small = await ApiHarness.StartAsync(
            new ApiOptions { Limits = new ApiLimits { MaxHeaderBytes = 8192 } });
        RawAnswer many = await small.AskAsync("GET", "/version", $"X: {new string('x', 8192)}\r\n");
        Assert.That(many.Status, Is.EqualTo(431));
        Assert.That((await small.AskAsync("GET", "/" + new string('x', 8192))).Status, Is.EqualTo(414));
        Assert.That((await small.AskAsync("GET", "/version")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Five_hundred_headers_are_as_good_as_one()
    {
        string headers = string.Concat(Enumerable.Range(0, 500).Select(i => $"H{i}: a\r\n"));
        Assert.That((await _api.AskAsync("GET", "/version", headers)).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task The_absolute_form_of_a_target_works()
    {
        RawAnswer answer = await _api.AskAsync("GET", "http://elsewhere:1/v2/keys/none");
        Assert.That(answer.Status, Is.EqualTo(404));
        Assert.That(answer.Body, Does.Contain("\"cause\":\"/none\""));
    }
}
