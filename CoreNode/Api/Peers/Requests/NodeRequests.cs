using System.Security.Cryptography;
using System.Text;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;

namespace CoreNode.Api.Peers.Requests;

/// <summary>
/// Asks other nodes: one connection to their peer listener for each request. They know this node by its certificate
/// or, without TLS between nodes, by the cluster's secret. Any thread.
/// </summary>
public sealed class NodeRequests
{
    private readonly PeerIdentity _self;
    private readonly INodeKeys _keys;
    private readonly PeerContext _context;

    internal NodeRequests(PeerIdentity self, INodeKeys keys, PeerContext context)
    {
        _self = self;
        _keys = keys;
        _context = context;
    }

    /// <summary>Sends a request and returns once it was sent; the caller reads and disposes the answer.</summary>
    /// <param name="peerUrl">The peer URL of the node that is asked.</param>
    /// <param name="service">What it is asked for.</param>
    /// <param name="writeBody">Writes what goes with it, beside the reading of the answer; null: nothing.</param>
    /// <param name="cancellation">Gives up, also while the answer is read.</param>
    /// <exception cref="IOException">
    /// It cannot be reached, the connection broke, or it refuses this node; the message says why.
    /// </exception>
    public Task<NodeAnswer> SendAsync(
        string peerUrl, string service, Func<Stream, CancellationToken, Task>? writeBody,
        CancellationToken cancellation) =>
        SendAsync(peerUrl, service, NodeProof.Secret, writeBody, cancellation);

    internal async Task<NodeAnswer> SendAsync(
        string peerUrl, string service, NodeProof proof, Func<Stream, CancellationToken, Task>? writeBody,
        CancellationToken cancellation)
    {
        PeerHello hello = new()
        {
            LowestVersion = PeerVersions.Lowest,
            HighestVersion = PeerVersions.Highest,
            Kind = ConnectionKind.Request,
            ClusterId = _self.ClusterId,
            Sender = _self.Node,
            Receiver = NodeId.None,
        };
        PeerLink? link = null;
        try
        {
            (link, FrameStream frames) = await PeerDialer.DialAsync(
                peerUrl, hello, RequestChannel.MaxPayloadBytes, _context, cancellation);
            using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            deadline.CancelAfter(_context.Options.HandshakeTimeout);
            RequestChannel channel = await MeetAsync(link, frames, hello, proof, deadline.Token);
            await channel.WriteAsync(FrameType.RequestBegin, Encoding.ASCII.GetBytes(service), deadline.Token);
            return new NodeAnswer(channel, writeBody, cancellation);
        }
        catch (Exception e)
        {
            link?.Dispose();
            if (cancellation.IsCancellationRequested || !(PeerFaults.IsOutside(e) || e is PeerRefusedException))
                throw;
            throw new IOException($"{peerUrl}: {PeerFaults.Reason(e)}", e);
        }
    }

    private async Task<RequestChannel> MeetAsync(
        PeerLink link, FrameStream frames, PeerHello hello, NodeProof kind, CancellationToken cancellation)
    {
        PeerFrame challenge = await frames.ReadAsync(cancellation);
        if (challenge.Type != FrameType.RequestChallenge || challenge.Payload.Length != 1 + RequestProof.NonceLength)
        {
            throw new PeerProtocolException(
                ProtocolFault.Damaged, $"a frame {challenge.Type} came, expected a challenge");
        }

        byte[] asked = challenge.Payload.ToArray();

        // Who does not ask for a proof has to have proved who it is.
        if (asked[0] == 0)
        {
            return link.IsTls
                ? new RequestChannel(link, frames, null, null, _context)
                : throw new PeerProtocolException(
                    ProtocolFault.NotAuthorized, "it asks for no proof on a connection without TLS");
        }

        byte[] key = (kind == NodeProof.Token ? _keys.TokenKey : await _keys.FindSecretAsync(cancellation))
            ?? throw new IOException(kind == NodeProof.Token
                ? "--initial-cluster-token is the default one, which proves nothing: give all nodes one that is "
                    + "secret, or certificates (--peer-cert-file and so on)"
                : _keys.TokenKey is null
                    ? "the cluster's secret is not to be had: a worker is given it for an --initial-cluster-token that "
                        + "is not the default one; start all nodes with one, or with certificates (--peer-cert-file "
                        + "and so on). Units do not run here before that"
                    : "the cluster's secret is not to be had now");
        byte[] nonce = RandomNumberGenerator.GetBytes(RequestProof.NonceLength);
        RequestProof proof = new(key, hello, asked.AsSpan(1), nonce);
        await link.SendAsync(
            PeerFrame.Encode(FrameType.RequestProof, [(byte)kind, .. nonce, .. proof.OfClient()]), cancellation);
        PeerFrame answer = await frames.ReadAsync(cancellation);
        if (answer.Type == FrameType.Refused && HelloAnswer.Read(answer, out _) is { } refusal)
            throw new PeerRefusedException(refusal);
        if (answer.Type != FrameType.RequestProof || !proof.IsOfServer(answer.Payload.Span))
        {
            throw new PeerProtocolException(
                ProtocolFault.NotAuthorized, "it does not prove that it belongs to this cluster");
        }

        return new RequestChannel(link, frames, proof.ClientCipher(), proof.ServerCipher(), _context);
    }
}
