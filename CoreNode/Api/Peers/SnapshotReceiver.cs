using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Api.Peers;

/// <summary>
/// Takes one snapshot's stream on a thread of its own. While it works on what it has (finding out where to go on,
/// checking and loading the whole), it tells the sender at intervals that it is still there.
/// </summary>
internal sealed class SnapshotReceiver(
    PeerLink link, FrameStream frames, PeerHello hello, IPeerReceiver receiver, PeerContext context)
{
    // How long the last word may take to be read by the sender before the connection is closed.
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new(); // _isBusy, and sending
    private bool _isBusy = true;

    /// <summary>Runs until the stream ends.</summary>
    /// <param name="previous">
    /// Completes when the stream that this one replaces has let go of what it took; this one waits for it.
    /// </param>
    /// <exception cref="PeerProtocolException">What came makes no sense.</exception>
    public async Task RunAsync(Task? previous)
    {
        TimeSpan interval = context.Options.SnapshotProgressInterval;
        await using ITimer progress = context.Time.CreateTimer(_ => SendProgress(), null, interval, interval);
        if (previous is not null)
            await previous;
        PeerProtocolException? fault = await BackgroundThread.RunAsync("snapshot-receive", () => Run());
        if (fault is not null)
            throw fault;
    }

    private PeerProtocolException? Run()
    {
        LogIndex index = LogIndex.Zero;
        try
        {
            link.LimitBlocking(context.Options.SnapshotIdleTimeout);
            if (!SnapshotFrames.TryReadBegin(frames.Read(), out long length, out RaftMessage? message)
                || message.From != hello.Sender || message.To != hello.Receiver)
                throw new PeerProtocolException(ProtocolFault.Damaged, "the beginning of a snapshot makes no sense");
            index = message.Snapshot!.Index;
            Receive(message, length);
            return null;
        }
        catch (PeerProtocolException e)
        {
            return e;
        }
        catch (Exception e)
        {
            // Disk or network: the sender tries again, and goes on where this ended.
            context.Log.SnapshotNotTaken(index, hello.Sender, PeerFaults.Reason(e));
            return null;
        }
    }

    private void Receive(RaftMessage message, long length)
    {
        using ISnapshotSink? sink = receiver.AcceptSnapshot(message, length);
        if (sink is null || sink.Offset > length)
        {
            SayLast(isDelivered: false);
            return;
        }

        context.Log.SnapshotBegins(message.Snapshot!.Index, hello.Sender, length, sink.Offset);
        frames.Reader.MaxPayloadBytes = context.Options.MaxStreamFrameBytes;
        SetBusy(false, SnapshotFrames.Offset((ulong)sink.Offset));
        for (long at = sink.Offset; at < length;)
        {
            PeerFrame frame = frames.Read();
            if (frame.Type != FrameType.SnapshotChunk || frame.Payload.IsEmpty || frame.Payload.Length > length - at)
                throw new PeerProtocolException(ProtocolFault.Damaged, $"a frame {frame.Type}, not the next bytes");
            sink.Write(frame.Payload.Span);
            at += frame.Payload.Length;
            context.Metrics.SnapshotReceivedBytes.Add(frame.Payload.Length);
        }

        SetBusy(true, []);
        SayLast(sink.Complete());
    }

    private void SayLast(bool isDelivered)
    {
        SetBusy(false, SnapshotFrames.End(isDelivered));
        link.EndSending();
        link.LimitBlocking(s_farewell);
        // Closing with input unread would cut off what was said.
        Span<byte> ignored = stackalloc byte[4096];
        while (link.Receive(ignored) > 0)
        {
        }
    }

    private void SetBusy(bool isBusy, ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            _isBusy = isBusy;
            link.Send(frame);
        }
    }

    // On a thread of the timer: the few bytes always fit, since nothing else is sent meanwhile.
    private void SendProgress()
    {
        lock (_gate)
        {
            if (!_isBusy)
                return;
            try
            {
                link.Send(SnapshotFrames.Progress());
            }
            catch (Exception e) when (PeerFaults.IsOutside(e))
            {
                // Whoever reads finds out.
                _isBusy = false;
            }
        }
    }
}
