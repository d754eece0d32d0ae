using System.Threading.Channels;
using CoreNode.Api.Peers.Requests;
using CoreNode.Cluster.Leases;

namespace CoreNode.Api.Peers.Leases;

/// <summary>One open request to one member. One caller at a time; after a fault it is of no more use.</summary>
internal sealed class LeaseSession : IAsyncDisposable
{
    private readonly Channel<byte[]> _questions = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(1) { SingleReader = true, SingleWriter = true });

    private readonly CancellationTokenSource _end = new();
    private NodeAnswer? _answer;
    private MessageLines? _lines;

    private LeaseSession()
    {
    }

    /// <summary>Opens a request at the first of these URLs that answers.</summary>
    /// <exception cref="IOException">None does; the message says why.</exception>
    internal static async Task<LeaseSession> OpenAsync(
        NodeRequests requests, IReadOnlyList<string> urls, CancellationToken cancellation)
    {
        IOException fault = new("it has no peer URL");
        foreach (string url in urls)
        {
            LeaseSession session = new();
            try
            {
                await session.BeginAsync(requests, url, cancellation);
                return session;
            }
            catch (IOException e)
            {
                fault = e;
                await session.DisposeAsync();
            }
            catch
            {
                await session.DisposeAsync();
                throw;
            }
        }

        throw fault;
    }

    /// <summary>Asks, and waits for the answer.</summary>
    /// <exception cref="IOException">The connection broke, or what came makes no sense.</exception>
    internal async Task<LeaseReply> AskAsync(LeaseQuestion question, CancellationToken cancellation)
    {
        await _questions.Writer.WriteAsync(LeaseJson.Format(question), cancellation);
        ReadOnlyMemory<byte> line = await _lines!.ReadAsync(cancellation)
            ?? throw new IOException("the member ended the request");
        try
        {
            return LeaseJson.ParseReply(line);
        }
        catch (FormatException fault)
        {
            throw new IOException(fault.Message, fault);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        if (_answer is not null)
            await _answer.DisposeAsync();
        _end.Dispose();
    }

    // Giving up ends the attempt; later the session lives on until it is disposed.
    private async Task BeginAsync(NodeRequests requests, string url, CancellationToken cancellation)
    {
        CancellationTokenRegistration gaveUp = cancellation.UnsafeRegister(
            static end => ((CancellationTokenSource)end!).Cancel(), _end);
        await using (gaveUp.ConfigureAwait(false))
            _answer = await requests.SendAsync(url, LeaseService.Name, WriteAsync, _end.Token);
        _lines = new MessageLines(_answer.Body, LeaseJson.MaxBytes);
    }

    private async Task WriteAsync(Stream body, CancellationToken cancellation)
    {
        await foreach (byte[] question in _questions.Reader.ReadAllAsync(cancellation))
            await body.WriteAsync(question, cancellation);
    }
}
