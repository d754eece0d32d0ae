using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Api.Peers;

/// <summary>
/// Streams one snapshot to one member on a connection and a thread of its own: each attempt goes on where the receiver
/// stands. Given up after some attempts that brought nothing. Says what became of it in any case.
/// </summary>
internal sealed class SnapshotSender : IAsyncDisposable
{
    // Moderate, so that the snapshot does not fill the path to the member that appends take too.
    private const int SendBufferBytes = 512 << 10;

    private readonly RaftMessage _message;
    private readonly PeerAddress _address;
    private readonly PeerHello _hello;
    private readonly IPeerReceiver _receiver;
    private readonly PeerContext _context;
    private readonly Prng _prng;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;
    private volatile bool _isRunning = true;
    private long _reached; // offset up to which the receiver is known to be, the attempts' only

    /// <summary>Begins; returns at once.</summary>
    public SnapshotSender(
        RaftMessage message,
        PeerAddress address,
        PeerHello hello,
        IPeerReceiver receiver,
        PeerContext context,
        Prng prng)
    {
        _message = message;
        _address = address;
        _hello = hello;
        _receiver = receiver;
        _context = context;
        _prng = prng;
        _run = RunAsync();
    }

    /// <summary>True until it has said what became of the snapshot.</summary>
    public bool IsRunning => _isRunning;

    private LogIndex Index => _message.Snapshot?.Index ?? LogIndex.Zero;

    /// <summary>Breaks it off.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        bool isDelivered = false;
        try
        {
            isDelivered = await SendAsync();
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // The member left, or the node stops.
        }
        catch (Exception e)
        {
            // A file that cannot be read costs this snapshot, not the connection to the member.
            _context.Log.SnapshotNotSent(Index, _address.Node, e.Message);
        }
        finally
        {
            // Before the report: its reader may begin the next one at once.
            _isRunning = false;
            _receiver.ReportSnapshot(_address.Node, isDelivered);
        }
    }

    private async Task<bool> SendAsync()
    {
        using ISnapshotSource? source = await BackgroundThread.RunAsync(
            "snapshot-open", () => _receiver.OpenSnapshot(Index));
        if (source is null)
            return false;
        long begin = _context.Time.GetTimestamp();
        TimeSpan backoff = _context.Options.MinBackoff;
        for (int attempt = 1; ; attempt++)
        {
            long before = _reached;
            (bool? isDelivered, string reason) = await AttemptAsync(source);
            if (isDelivered == true)
            {
                _context.Log.SnapshotSent(
                    Index, _address.Node, source.Length, (long)_context.Time.GetElapsedTime(begin).TotalMilliseconds);
                return true;
            }

            if (_reached > before)
            {
                attempt = 0;
                backoff = _context.Options.MinBackoff;
            }

            if (isDelivered == false || attempt >= _context.Options.SnapshotAttempts)
            {
                _context.Log.SnapshotNotSent(Index, _address.Node, reason);
                return false;
            }

            await Task.Delay(backoff * (0.75 + (_prng.NextDouble() / 2)), _context.Time, _stop.Token);
            backoff = backoff * 2 < _context.Options.MaxBackoff ? backoff * 2 : _context.Options.MaxBackoff;
        }
    }

    // True and false are the receiver's last word; null means that the stream broke.
    private async Task<(bool? IsDelivered, string Reason)> AttemptAsync(ISnapshotSource source)
    {
        string reason = "no peer URL";
        foreach (string url in _address.PeerUrls)
        {
            try
            {
                (PeerLink link, FrameStream frames) = await PeerDialer.DialAsync(
                    url, _hello, PeerHello.MaxPayload, _context, _stop.Token);
                using (link)
                {
                    return await BackgroundThread.RunAsync(
                        "snapshot-send", () => Guarded(() => Transfer(source, link, frames)));
                }
            }
            catch (PeerRefusedException e)
            {
                _receiver.ReportRefused(_address.Node, e.Refusal);
                return (false, e.Message);
            }
            catch (Exception e) when (PeerFaults.IsOutside(e) && !_stop.IsCancellationRequested)
            {
                reason = PeerFaults.Reason(e);
            }
        }

        return (null, reason);
    }

    private static (bool? IsDelivered, string Reason) Guarded(Func<(bool?, string)> transfer)
    {
        try
        {
            return transfer();
        }
        catch (Exception e) when (PeerFaults.IsOutside(e))
        {
            return (null, PeerFaults.Reason(e));
        }
    }

    private (bool? IsDelivered, string Reason) Transfer(ISnapshotSource source, PeerLink link, FrameStream frames)
    {
        using CancellationTokenRegistration stop = _stop.Token.Register(link.Dispose);
        link.LimitBlocking(_context.Options.SnapshotIdleTimeout);
        link.LimitSendBuffer(SendBufferBytes);
        link.Send(SnapshotFrames.Begin(_message, source.Length));
        PeerFrame answer = ReadPastProgress(frames);
        if (SnapshotFrames.TryReadEnd(answer, out _))
            return (false, "it does not want it");
        if (!SnapshotFrames.TryReadOffset(answer, out ulong offset) || offset > (ulong)source.Length)
            throw new PeerProtocolException(ProtocolFault.Damaged, $"a frame {answer.Type} came, expected an offset");
        _reached = Math.Max(_reached, (long)offset);
        SendChunks(source, (long)offset, link);
        answer = ReadPastProgress(frames);
        if (!SnapshotFrames.TryReadEnd(answer, out bool isDelivered))
            throw new PeerProtocolException(ProtocolFault.Damaged, $"a frame {answer.Type} came, expected the end");
        return (isDelivered, isDelivered ? "" : "it did not keep it");
    }

    // Input before the last byte is the receiver's early end: who reads next finds it.
    private void SendChunks(ISnapshotSource source, long offset, PeerLink link)
    {
        byte[] frame = new byte[_context.Options.SnapshotChunkBytes + PeerFrame.Overhead];
        while (offset < source.Length && !link.HasInput)
        {
            int most = (int)Math.Min(_context.Options.SnapshotChunkBytes, source.Length - offset);
            Span<byte> target = frame.AsSpan(0, most + PeerFrame.Overhead);
            Span<byte> chunk = PeerFrame.Begin(target, FrameType.SnapshotChunk);
            for (int filled = 0; filled < most;)
            {
                int count = source.Read(offset + filled, chunk[filled..]);
                filled += count > 0 ? count : throw new EndOfStreamException("the snapshot's file is shorter");
            }

            PeerFrame.Seal(target);
            link.Send(target);
            offset += most;
            _context.Metrics.SentBytes.Add(target.Length);
            _context.Metrics.SnapshotSentBytes.Add(most);
        }
    }

    private static PeerFrame ReadPastProgress(FrameStream frames)
    {
        while (true)
        {
            PeerFrame frame = frames.Read();
            if (frame.Type != FrameType.SnapshotProgress)
                return frame;
        }
    }
}
