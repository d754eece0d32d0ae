using System.Globalization;
using CoreNode.Hosting;
using CoreNode.Updates.Client.Exchange;

namespace CoreNode.Tests.Updates.Client;

/// <summary>Payloads from servers that behave and servers that do not.</summary>
[TestFixture, Category("Unit")]
internal sealed class PayloadFetchTests
{
    private const string Payload = "CrAU0123456789";

    private static readonly TransferOptions s_options = new()
    {
        Client = "corenode-1.2.3",
        Trust = new UpdateTrust(null, "the CA file"),
        Limits = new TransferLimits { SlowWindow = TimeSpan.FromSeconds(20) },
    };

    private static string Part(RawRequest request, string extra = "")
    {
        int from = int.Parse(request.Header("Range")["bytes=".Length..^1], CultureInfo.InvariantCulture);
        return RawServer.Answer(
            206, Payload[from..],
            $"Content-Range: bytes {from}-{Payload.Length - 1}/{Payload.Length}\r\n{extra}");
    }

    private static async Task<string> FetchAsync(Uri url, long from, long size = 14)
    {
        using PayloadDownload download = await new PayloadFetch(s_options, TimeProvider.System).OpenAsync(
            url, from, size, CancellationToken.None);
        using StreamReader reader = new(download.Body);
        return await reader.ReadToEndAsync();
    }

    private static async Task<TransferFault> FailAsync(Uri url, long from, long size = 14)
    {
        try
        {
            return new TransferFault(TransferFaultKind.Content, 0, $"none: {await FetchAsync(url, from, size)}");
        }
        catch (TransferException thrown)
        {
            return thrown.Fault;
        }
    }

    [Test]
    public async Task A_payload_comes_from_the_byte_that_is_wanted()
    {
        await using RawServer server = new(
            request => request.Header("Range").Length == 0 ? RawServer.Answer(200, Payload) : Part(request));
        Assert.That(await FetchAsync(server.At("/u"), 0), Is.EqualTo(Payload));
        Assert.That(await FetchAsync(server.At("/u"), 6), Is.EqualTo(Payload[6..]));
        Assert.That(server.Requests.Select(r => r.Header("Range")), Is.EqualTo(new[] { "", "bytes=6-" }));
    }

    [Test]
    public async Task A_part_ends_where_it_should()
    {
        await using RawServer server = new(static _ => RawServer.Answer(
            206, Payload[3..7], $"Content-Range: bytes 3-6/{Payload.Length}\r\n"));
        using PayloadDownload download = await new PayloadFetch(s_options, TimeProvider.System).OpenAsync(
            server.At("/u"), 3, 7, Payload.Length, CancellationToken.None);
        using StreamReader reader = new(download.Body);
        Assert.That(await reader.ReadToEndAsync(), Is.EqualTo(Payload[3..7]));
        Assert.That(server.Requests.Select(static r => r.Header("Range")), Is.EqualTo((string[])["bytes=3-6"]));
    }

    [Test]
    public async Task A_server_without_ranges_costs_time_only()
    {
        await using RawServer server = new(_ => RawServer.Answer(200, Payload));
        Assert.That(await FetchAsync(server.At("/u"), 6), Is.EqualTo(Payload[6..]));
    }

    [Test]
    public async Task A_payload_of_another_size_is_refused_before_and_while_it_comes()
    {
        await using RawServer longer = new(_ => RawServer.Answer(200, Payload + "!"));
        Assert.That((await FailAsync(longer.At("/u"), 0)).Code, Is.EqualTo(11));
        await using RawServer part = new(request => Part(request));
        Assert.That((await FailAsync(part.At("/u"), 3, size: 15)).Code, Is.EqualTo(11));
        await using RawServer unannounced = new(_ => $"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{Payload}!");
        Assert.That((await FailAsync(unannounced.At("/u"), 0)).Code, Is.EqualTo(11));
        await using RawServer shorter = new(_ => $"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{Payload[..^1]}");
        TransferFault fault = await FailAsync(shorter.At("/u"), 0);
        Assert.That((fault.Code, fault.Kind), Is.EqualTo((9u, TransferFaultKind.Broken)));
        Assert.That(fault.Message, Does.Contain("the answer ended after 13 of 14 bytes"));
    }

    [Test]
    public async Task A_length_that_lies_is_noticed()
    {
        await using RawServer server = new(_ => $"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{Payload[..5]}");
        TransferFault fault = await FailAsync(server.At("/u"), 0);
        Assert.That((fault.Code, fault.Kind), Is.EqualTo((9u, TransferFaultKind.Broken)));
    }

    [Test]
    public async Task A_page_instead_of_a_payload_is_told()
    {
        await using RawServer server = new(
            _ => RawServer.Answer(200, "<html>", "Content-Type: text/html; charset=utf-8\r\n"));
        TransferFault fault = await FailAsync(server.At("/u?token=secret"), 0);
        Assert.That((fault.Code, fault.Kind), Is.EqualTo((21u, TransferFaultKind.Content)));
        Assert.That(fault.Message, Does.Contain("/u answered with an HTML page").And.Not.Contain("secret"));
    }

    [Test]
    public async Task Another_part_than_the_one_that_was_asked_for_is_refused()
    {
        await using RawServer server = new(_ => RawServer.Answer(
            206, Payload[2..], $"Content-Range: bytes 2-13/14\r\n"));
        TransferFault fault = await FailAsync(server.At("/u"), 3);
        Assert.That(fault.Message, Does.Contain("another part than that from byte 3 came"));
        await using RawServer silent = new(_ => RawServer.Answer(206, Payload[3..]));
        Assert.That((await FailAsync(silent.At("/u"), 3)).Kind, Is.EqualTo(TransferFaultKind.Content));
    }

    [TestCase(404, "the payload is not there")]
    [TestCase(416, "answered 416")]
    [TestCase(503, "it is busy")]
    public async Task A_refusal_has_the_code_of_a_failed_download(int status, string message)
    {
        await using RawServer server = new(_ => RawServer.Answer(status, ""));
        TransferFault fault = await FailAsync(server.At("/u"), 3);
        Assert.That((fault.Code, fault.Kind), Is.EqualTo((9u, TransferFaultKind.Status)));
        Assert.That(fault.Message, Does.Contain(message));
    }
}
