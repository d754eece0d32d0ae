using CoreNode.Cluster.Peers;

namespace CoreNode.Api.Peers;

/// <summary>The accepting side of the handshake: who is it, whom does it mean, is it served?</summary>
internal sealed class PeerReception(PeerIdentity self, IPeerReceiver receiver, PeerContext context)
{
    /// <summary>
    /// Reads the hello and answers it. Null if nothing is left to do: who asks for a description has got it.
    /// </summary>
    /// <exception cref="PeerProtocolException">It is refused; the other side has been told.</exception>
    public async Task<InboundConnection?> MeetAsync(PeerLink link, CancellationToken cancellation)
    {
        byte[] preface = await ReadPrefaceAsync(link, cancellation);
        if (!link.IsTls && PeerTls.IsHandshake(preface))
            await SayPlainAsync(link, cancellation);
        PeerHello hello = PeerHello.ReadPreface(preface);
        FrameStream frames = new(
            link, new FrameReader(PeerHello.MaxPayload, FrameReader.BufferBytesOf(hello.Kind)), context);
        hello = hello.With(await frames.ReadAsync(cancellation));
        byte version = PeerVersions.Choose(
            PeerVersions.Lowest, PeerVersions.Highest, hello.LowestVersion, hello.HighestVersion);
        (PeerRefusal Refusal, ProtocolFault Fault)? refused = Stranger(link) ?? Judge(hello, version);
        if (refused is var (refusal, fault))
        {
            await SendAsync(link, HelloAnswer.Refuse(refusal), cancellation);
            link.EndSending();
            throw new PeerProtocolException(fault, refusal.Message);
        }

        if (hello.Kind == ConnectionKind.Describe)
        {
            byte[] description = DescriptionCodec.Encode(receiver.Describe());
            byte[] answer = [.. HelloAnswer.Accept(version), .. PeerFrame.Encode(FrameType.Description, description)];
            await SendAsync(link, answer, cancellation);
            link.EndSending();
            return null;
        }

        await SendAsync(link, HelloAnswer.Accept(version), cancellation);
        frames.Reader.MaxPayloadBytes = hello.Kind switch
        {
            ConnectionKind.Stream => context.Options.MaxStreamFrameBytes,
            ConnectionKind.Snapshot => SnapshotFrames.MaxBeginBytes,
            _ => context.Options.MaxQueuedUrgentBytes,
        };
        return new InboundConnection(link, frames, hello, receiver, context);
    }

    // One CA for everything is common, and what it gave to people must not make them members.
    private static (PeerRefusal Refusal, ProtocolFault Fault)? Stranger(PeerLink link) =>
        link.Certificate is { PersonMark: { } mark } certificate
            ? (new PeerRefusal(
                PeerRefusalReason.NotAuthorized,
                $"the certificate of {certificate.Name} is for {mark}, not for a node: make one "
                + "with `corenode pki issue member`"), ProtocolFault.Certificate)
            : null;

    private (PeerRefusal Refusal, ProtocolFault Fault)? Judge(PeerHello hello, byte version)
    {
        if (version == 0)
        {
            return (new PeerRefusal(
                PeerRefusalReason.Version,
                $"versions {hello.LowestVersion} to {hello.HighestVersion} were offered, member {self.Node} speaks "
                + $"{PeerVersions.Lowest} to {PeerVersions.Highest}"), ProtocolFault.Version);
        }

        if (hello.Kind == ConnectionKind.Describe)
            return null;
        PeerRefusal? refusal = hello.ClusterId != self.ClusterId
            ? new PeerRefusal(
                PeerRefusalReason.WrongCluster,
                $"member {hello.Sender} is of cluster {hello.ClusterId:x}, member {self.Node} of {self.ClusterId:x}")
            : hello.Kind == ConnectionKind.Request ? null
            : hello.Receiver != self.Node
                ? new PeerRefusal(
                    PeerRefusalReason.WrongMember,
                    $"member {hello.Sender} means member {hello.Receiver}, but this is {self.Node}")
                : hello.Sender == self.Node || hello.Sender.IsNone
                    ? new PeerRefusal(
                        PeerRefusalReason.Unknown, $"it says that it is member {hello.Sender}, which it cannot be")
                    : receiver.Admit(new PeerIdentity(hello.ClusterId, hello.Sender));
        return refusal is null ? null : (refusal, FaultOf(refusal.Reason));
    }

    private static ProtocolFault FaultOf(PeerRefusalReason reason) => reason switch
    {
        PeerRefusalReason.WrongCluster => ProtocolFault.WrongCluster,
        PeerRefusalReason.Removed => ProtocolFault.Removed,
        PeerRefusalReason.Unknown => ProtocolFault.Unknown,
        PeerRefusalReason.Version => ProtocolFault.Version,
        PeerRefusalReason.WrongMember => ProtocolFault.WrongMember,
        PeerRefusalReason.SetBack => ProtocolFault.SetBack,
        PeerRefusalReason.NotAuthorized => ProtocolFault.NotAuthorized,
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "no such reason"),
    };

    private static async Task<byte[]> ReadPrefaceAsync(PeerLink link, CancellationToken cancellation)
    {
        byte[] preface = new byte[PeerHello.PrefaceLength];
        for (int at = 0; at < preface.Length;)
        {
            int count = await link.ReceiveAsync(preface.AsMemory(at), cancellation);
            if (count == 0 && at == 0 && link.IsTls)
                throw new PeerProtocolException(ProtocolFault.Handshake, "it left right after the TLS handshake");
            if (count == 0)
                throw new PeerProtocolException(ProtocolFault.Truncated, "the connection ended inside the preface");
            at += count;
        }

        return preface;
    }

    // Tells a member that expects TLS that there is none; with input unread the close would cut it off.
    private static async Task SayPlainAsync(PeerLink link, CancellationToken cancellation)
    {
        await link.ReceiveAsync(new byte[PeerHello.MaxPayload], cancellation);
        await link.SendAsync(PeerHello.Magic.ToArray(), cancellation);
        link.EndSending();
    }

    private async Task SendAsync(PeerLink link, byte[] bytes, CancellationToken cancellation)
    {
        await link.SendAsync(bytes, cancellation);
        context.Metrics.SentBytes.Add(bytes.Length);
    }
}
