using CoreNode.Api.Peers.Requests;
using CoreNode.Cluster.Peers;
using CoreNode.Raft;

namespace CoreNode.Api.Peers;

/// <summary>
/// One accepted connection after its hello: reads frames and hands their messages to the receiver, on the thread that
/// polls the sockets. One owner; <see cref="RefuseAsync"/> and <see cref="Dispose"/> are for any thread.
/// </summary>
internal sealed class InboundConnection(
    PeerLink link, FrameStream frames, PeerHello hello, IPeerReceiver receiver, PeerContext context) : IDisposable
{
    // What comes faster than it is read must not keep the thread from other connections, heartbeats above all.
    private const int MaxBytesWithoutWait = 1 << 20;

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Who is on the other side, and what the connection is for.</summary>
    public PeerHello Hello => hello;

    /// <summary>Completes when nothing of the connection runs any more.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Serves the connection until it ends.</summary>
    /// <param name="previous">The connection that this one replaces.</param>
    /// <exception cref="PeerProtocolException">What came makes no sense.</exception>
    public async Task ServeAsync(InboundConnection? previous)
    {
        context.Metrics.CountInbound(1);
        try
        {
            if (hello.Kind == ConnectionKind.Snapshot)
                await new SnapshotReceiver(link, frames, hello, receiver, context).RunAsync(previous?.Ended);
            else
                await ReceiveAsync();
        }
        finally
        {
            context.Metrics.CountInbound(-1);
            _ended.SetResult();
        }
    }

    /// <summary>Serves the one request that the connection is for.</summary>
    /// <exception cref="PeerProtocolException">It is refused, or what came makes no sense.</exception>
    public Task ServeAsync(RequestServer requests, CancellationToken stop) =>
        requests.ServeAsync(link, frames, hello, stop);

    /// <summary>Says why the member is not served any more, and closes.</summary>
    public async Task RefuseAsync(PeerRefusal refusal, CancellationToken cancellation)
    {
        // Nothing else is sent on these connections once they are accepted.
        if (hello.Kind != ConnectionKind.Snapshot)
        {
            await link.SendAsync(HelloAnswer.Refuse(refusal), cancellation);
            link.EndSending();
        }

        link.Dispose();
    }

    /// <summary>Closes.</summary>
    public void Dispose() => link.Dispose();

    private async ValueTask ReceiveAsync()
    {
        FrameReader reader = frames.Reader;
        Deliver(frames.TakeReceived());
        int withoutWait = 0;
        while (true)
        {
            ValueTask<int> receive = link.ReceiveAsync(reader.Free(), CancellationToken.None);
            withoutWait = receive.IsCompleted ? withoutWait : 0;
            int count = await receive;
            if (count == 0)
                break;
            context.Metrics.ReceivedBytes.Add(count);
            Deliver(reader.Advance(count));
            withoutWait += count;
            if (withoutWait < MaxBytesWithoutWait)
                continue;
            withoutWait = 0;
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }

        if (reader.IsInsideFrame)
            throw new PeerProtocolException(ProtocolFault.Truncated, "the connection ended inside a frame");
    }

    private void Deliver(ReadOnlyMemory<byte> received)
    {
        while (!received.IsEmpty)
        {
            if (!PeerFrame.TryTake(ref received, out PeerFrame frame))
                throw new PeerProtocolException(ProtocolFault.Damaged, "the checksum of a frame is wrong");
            if (frame.Type == FrameType.RaftMessage)
                Deliver(frame);
            else if (PeerMessageCodec.TryRead(frame, hello.Sender, hello.Receiver, out PeerMessage? message))
                receiver.Receive(message);
            else
                throw new PeerProtocolException(ProtocolFault.Damaged, $"a frame {frame.Type} makes no sense");
        }
    }

    private void Deliver(PeerFrame frame)
    {
        if (!RaftMessageCodec.TryDecode(frame.Payload, out RaftMessage? message)
            || message.Kind == MessageKind.Snapshot)
            throw new PeerProtocolException(ProtocolFault.Damaged, "a message of Raft makes no sense");
        if (message.From != hello.Sender || message.To != hello.Receiver)
        {
            throw new PeerProtocolException(
                ProtocolFault.Damaged,
                $"a message from {message.From} to {message.To} on a connection from {hello.Sender} to "
                + $"{hello.Receiver}");
        }

        receiver.Receive(message);
    }
}
