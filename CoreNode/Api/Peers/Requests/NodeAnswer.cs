namespace CoreNode.Api.Peers.Requests;

/// <summary>
/// The answer to a request while it is read. Disposing it before its end tells the other node that nobody listens any
/// more. One reader.
/// </summary>
public sealed class NodeAnswer : IAsyncDisposable
{
    private readonly RequestChannel _channel;
    private readonly CancellationTokenSource _stop;
    private readonly Task _sending;
    private readonly Task _receiving;

    internal NodeAnswer(
        RequestChannel channel, Func<Stream, CancellationToken, Task>? writeBody, CancellationToken cancellation)
    {
        _channel = channel;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        RequestBodyReader body = new(channel);
        Body = body;
        _receiving = body.ReceiveAsync(_stop.Token);
        _sending = SendAsync(writeBody);
    }

    /// <summary>
    /// What the service answers. Reading it throws an <see cref="IOException"/> with the service's words where it
    /// failed, or where the connection broke.
    /// </summary>
    public Stream Body { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _channel.Dispose();
        await Task.WhenAll(_sending, _receiving);
        await Body.DisposeAsync();
        _stop.Dispose();
    }

    private async Task SendAsync(Func<Stream, CancellationToken, Task>? writeBody)
    {
        try
        {
            if (writeBody is not null)
            {
                await using RequestBodyWriter body = new(_channel);
                await writeBody(body, _stop.Token);
            }

            await _channel.WriteAsync(FrameType.RequestEnd, default, _stop.Token);
        }
        catch (Exception e) when (PeerFaults.IsOutside(e))
        {
            // Who reads the answer meets the same broken connection, or hears what the service says.
        }
        catch (Exception e)
        {
            // The body could not be made: the service must not take its beginning for all of it.
            await AbortAsync(e.Message);
        }
    }

    private async Task AbortAsync(string reason)
    {
        try
        {
            await _channel.WriteAsync(
                FrameType.RequestFailed, System.Text.Encoding.UTF8.GetBytes(reason), _stop.Token);
        }
        catch (Exception e) when (PeerFaults.IsOutside(e))
        {
            // It is gone already.
        }
    }
}
