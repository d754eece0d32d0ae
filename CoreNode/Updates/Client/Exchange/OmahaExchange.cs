using System.Net.Http.Headers;
using CoreNode.Updates.Omaha;

namespace CoreNode.Updates.Client.Exchange;

/// <summary>
/// Sends a request of Omaha and reads the answer, by update_engine's rules: what limits time and size, when it is tried
/// again, which redirects count. Whatever a server does ends in an outcome within a bound. Any thread; each call has
/// connections of its own.
/// </summary>
public sealed class OmahaExchange(TransferOptions options, TimeProvider time)
{
    /// <summary>Asks once, and again only while there is no connection at all.</summary>
    public async Task<ExchangeOutcome> AskAsync(Uri server, OmahaRequest request, CancellationToken cancellation)
    {
        byte[] body = OmahaRequestCodec.Write(request);
        bool isOnDemand = request.InstallSource == OmahaRequest.OnDemand;
        TransferLimits limits = options.Limits;
        int retries = isOnDemand ? limits.NoNetworkRetriesOnDemand : limits.NoNetworkRetries;
        for (; ; retries--)
        {
            try
            {
                byte[] answer = await AskOnceAsync(server, body, cancellation);
                return Read(answer, request);
            }
            catch (TransferException failed) when (failed.Fault.IsNoNetwork && retries > 0)
            {
                await Task.Delay(limits.NoNetworkPause, time, cancellation);
            }
            catch (TransferException failed)
            {
                return new ExchangeOutcome.Failed(new OmahaFault(failed.Fault.Code, failed.Fault.Message))
                {
                    Transfer = failed.Fault.Kind,
                    RetryAfter = failed.Fault.RetryAfter,
                };
            }
        }
    }

    private static ExchangeOutcome Read(byte[] answer, OmahaRequest request)
    {
        OmahaResponse? response = OmahaResponseCodec.Read(answer, out OmahaFault? fault);
        return response is null
            ? new ExchangeOutcome.Failed(fault!)
            : new ExchangeOutcome.Answered(response, UpdateReplyReader.Read(response, request.Apps[0]));
    }

    private async Task<byte[]> AskOnceAsync(Uri server, byte[] body, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = new(options.Limits.Exchange, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            using ServerConnection connection = Connect(server);
            ServerAnswer answer = await connection.SendAsync(server, at => Post(at, body), both.Token);
            using WatchedStream stream = new(
                answer, await answer.Response.Content.ReadAsStreamAsync(both.Token), TransferPurpose.Omaha,
                options.Limits, expected: null, time);
            return await ReadAllAsync(stream, answer, both.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new TransferException(TransferFaults.NoAnswer(
                TransferPurpose.Omaha, TransferFaultKind.Stalled, server,
                $"the whole answer was not there within {options.Limits.Exchange.TotalSeconds:0.#} s"));
        }
    }

    private ServerConnection Connect(Uri server)
    {
        try
        {
            return new ServerConnection(options, TransferPurpose.Omaha, time);
        }
        catch (IOException unreadable)
        {
            throw new TransferException(
                TransferFaults.NoAnswer(
                    TransferPurpose.Omaha, TransferFaultKind.Tls, server, $"is not asked: {unreadable.Message}"),
                unreadable);
        }
    }

    private static HttpRequestMessage Post(Uri at, byte[] body)
    {
        HttpRequestMessage message = new(HttpMethod.Post, at) { Content = new ByteArrayContent(body) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("text/xml");
        return message;
    }

    private static async Task<byte[]> ReadAllAsync(
        WatchedStream stream, ServerAnswer answer, CancellationToken cancellation)
    {
        int most = MarkupLimits.Response.MaxBytes;
        using MemoryStream all = new();
        byte[] buffer = new byte[16 << 10];
        while (await stream.ReadAsync(buffer, cancellation) is var count and > 0)
        {
            all.Write(buffer, 0, count);
            if (all.Length > most)
            {
                throw new TransferException(new TransferFault(
                    TransferFaultKind.Size, OmahaFault.InvalidResponse,
                    $"{TransferFaults.Place(TransferPurpose.Omaha, answer.At)}: an answer of more than {most} bytes"));
            }
        }

        return all.ToArray();
    }
}
