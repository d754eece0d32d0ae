using CoreNode.Api.Peers.Requests;
using CoreNode.Updates.Sharing;

namespace CoreNode.Hosting.Updates.Sharing;

/// <summary>Asks other nodes for payloads by requests between nodes.</summary>
/// <param name="requests">How nodes are asked; null while this node belongs to no cluster yet.</param>
internal sealed class PeerPayloads(Func<NodeRequests?> requests) : IPayloadPeers
{
    /// <summary>What nodes answer that under.</summary>
    public const string Service = "payload";

    /// <inheritdoc/>
    public async Task<IPayloadAnswer> AskAsync(
        Keeper keeper, ReadOnlyMemory<byte> question, CancellationToken cancellation)
    {
        if (requests() is not { } nodes)
            throw new IOException("this node does not know its cluster yet");
        if (keeper.PeerUrls.Count == 0)
            throw new IOException("it told no peer URL where it could be asked");
        List<string> faults = [];
        foreach (string url in keeper.PeerUrls)
        {
            try
            {
                NodeAnswer answer = await nodes.SendAsync(
                    url, Service, (body, stop) => body.WriteAsync(question, stop).AsTask(), cancellation);
                return new Answer(answer);
            }
            catch (IOException fault)
            {
                faults.Add(fault.Message);
            }
        }

        throw new IOException(string.Join("; ", faults));
    }

    private sealed class Answer(NodeAnswer answer) : IPayloadAnswer
    {
        public Stream Body => answer.Body;

        public ValueTask DisposeAsync() => answer.DisposeAsync();
    }
}
