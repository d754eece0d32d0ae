using System.Security.Cryptography;
using System.Text;
using CoreNode.Cluster.Peers;

namespace CoreNode.Api.Peers.Requests;

/// <summary>
/// The answering end of requests between nodes: who asks proves that it belongs to the cluster, then one service serves
/// one request, and the connection ends. Any thread.
/// </summary>
internal sealed class RequestServer(PeerIdentity self, NodeServices services, INodeKeys keys, PeerContext context)
{
    private int _running;
    private int _longRunning;

    /// <summary>Serves one connection after its hello was accepted.</summary>
    /// <exception cref="PeerProtocolException">It is refused, or what came makes no sense.</exception>
    public async Task ServeAsync(PeerLink link, FrameStream frames, PeerHello hello, CancellationToken stop)
    {
        if (Interlocked.Increment(ref _running) > context.Options.MaxRequests)
        {
            Interlocked.Decrement(ref _running);
            throw new PeerProtocolException(
                ProtocolFault.TooMany, $"{context.Options.MaxRequests} requests of nodes are served already");
        }

        bool isLong = false;
        try
        {
            frames.Reader.MaxPayloadBytes = RequestChannel.MaxPayloadBytes;
            using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
            deadline.CancelAfter(context.Options.HandshakeTimeout);
            (RequestChannel channel, NodeCaller caller) = await MeetAsync(link, frames, hello, deadline.Token);
            using (channel)
            {
                string name = ReadName(await channel.ReadAsync(deadline.Token));
                INodeService? service = name == SecretService.Name ? new SecretService(keys) : services.Find(name);
                isLong = service is { IsLongLived: true };
                if (isLong)
                    CountAsLong();
                await ServeAsync(channel, caller, name, service, stop);
                link.EndSending();
            }
        }
        finally
        {
            Interlocked.Decrement(ref isLong ? ref _longRunning : ref _running);
        }
    }

    // What it is is known only now, after it was counted as any other.
    private void CountAsLong()
    {
        Interlocked.Decrement(ref _running);
        if (Interlocked.Increment(ref _longRunning) > context.Options.MaxLongRequests)
        {
            throw new PeerProtocolException(
                ProtocolFault.TooMany,
                $"{context.Options.MaxLongRequests} requests that nodes keep open are served already");
        }
    }

    private async Task<(RequestChannel Channel, NodeCaller Caller)> MeetAsync(
        PeerLink link, FrameStream frames, PeerHello hello, CancellationToken cancellation)
    {
        byte[] nonce = RandomNumberGenerator.GetBytes(RequestProof.NonceLength);
        bool isKnown = link.Certificate is not null;
        await link.SendAsync(
            PeerFrame.Encode(FrameType.RequestChallenge, [isKnown ? (byte)0 : (byte)1, .. nonce]), cancellation);
        if (link.Certificate is { } certificate)
        {
            return (new RequestChannel(link, frames, null, null, context),
                new NodeCaller(hello.Sender, NodeProof.Certificate, certificate.Name));
        }

        PeerFrame frame = await frames.ReadAsync(cancellation);
        if (frame.Type != FrameType.RequestProof
            || frame.Payload.Length != 1 + RequestProof.NonceLength + RequestProof.Length)
        {
            throw new PeerProtocolException(ProtocolFault.Damaged, $"a frame {frame.Type} came, expected a proof");
        }

        byte[] answer = frame.Payload.ToArray();
        NodeProof kind = (NodeProof)answer[0];
        RequestProof proof = new(
            await KeyOfAsync(link, kind, cancellation), hello, nonce, answer.AsSpan(1, RequestProof.NonceLength));
        if (!proof.IsOfClient(answer.AsSpan(1 + RequestProof.NonceLength)))
            throw await RefuseAsync(link, $"it does not know the cluster's {Words(kind)}", cancellation);
        await link.SendAsync(PeerFrame.Encode(FrameType.RequestProof, proof.OfServer()), cancellation);
        RequestChannel channel = new(link, frames, proof.ServerCipher(), proof.ClientCipher(), context);
        return (channel, new NodeCaller(hello.Sender, kind, null));
    }

    private async Task<byte[]> KeyOfAsync(PeerLink link, NodeProof kind, CancellationToken cancellation)
    {
        byte[]? key = kind switch
        {
            NodeProof.Secret => await keys.FindSecretAsync(cancellation),
            NodeProof.Token => keys.TokenKey,
            _ => null,
        };
        return key ?? throw await RefuseAsync(
            link,
            kind == NodeProof.Secret
                ? $"node {self.Node} does not have the cluster's secret now: it may lack a leader"
                : $"node {self.Node} was started with the default --initial-cluster-token, which proves nothing: give "
                    + "all nodes one that is secret, or certificates (--peer-cert-file and so on)",
            cancellation);
    }

    private static async Task<PeerProtocolException> RefuseAsync(
        PeerLink link, string message, CancellationToken cancellation)
    {
        PeerRefusal refusal = new(PeerRefusalReason.NotAuthorized, message);
        await link.SendAsync(HelloAnswer.Refuse(refusal), cancellation);
        link.EndSending();
        return new PeerProtocolException(ProtocolFault.NotAuthorized, message);
    }

    private static string Words(NodeProof kind) =>
        kind == NodeProof.Secret ? "secret" : "token (--initial-cluster-token, or the discovery URL)";

    private static string ReadName(PeerFrame frame) =>
        frame.Type == FrameType.RequestBegin && frame.Payload.Length is > 0 and <= NodeServices.MaxNameLength
            ? Encoding.ASCII.GetString(frame.Payload.Span)
            : throw new PeerProtocolException(
                ProtocolFault.Damaged, $"a frame {frame.Type} came, expected a request");

    private async Task ServeAsync(
        RequestChannel channel, NodeCaller caller, string name, INodeService? service, CancellationToken stop)
    {
        if (service is null)
        {
            await FailAsync(channel, $"this node has no service \"{name}\"", stop);
            return;
        }

        if (caller.Proof == NodeProof.Token && name != SecretService.Name)
        {
            await FailAsync(channel, $"the service \"{name}\" is for who knows the cluster's secret", stop);
            return;
        }

        RequestBodyReader body = new(channel);
        RequestBodyWriter answer = new(channel);
        await using (body.ConfigureAwait(false))
        await using (answer.ConfigureAwait(false))
        {
            using CancellationTokenSource gone = CancellationTokenSource.CreateLinkedTokenSource(stop);
            Task watch = WatchAsync(channel, body, gone);
            try
            {
                await service.ServeAsync(new NodeRequest(name, caller, body, answer), gone.Token);
                await channel.WriteAsync(FrameType.RequestEnd, default, stop);
            }
            catch (Exception fault) when (!gone.IsCancellationRequested && fault is not PeerProtocolException)
            {
                context.Log.RequestFailed(fault, name, caller.Node);
                await FailAsync(channel, fault.Message, stop);
            }

            await gone.CancelAsync();
            await watch;
        }
    }

    // Once all of the body is there nothing may come any more but the end of the connection.
    private static async Task WatchAsync(
        RequestChannel channel, RequestBodyReader body, CancellationTokenSource gone)
    {
        try
        {
            await body.ReceiveAsync(gone.Token);
            await channel.ReadAsync(gone.Token);
        }
        catch (Exception e) when (PeerFaults.IsOutside(e))
        {
            // It went away, or the request is done.
        }

        await gone.CancelAsync();
    }

    private static ValueTask FailAsync(RequestChannel channel, string message, CancellationToken cancellation) =>
        channel.WriteAsync(FrameType.RequestFailed, Encoding.UTF8.GetBytes(message), cancellation);
}
