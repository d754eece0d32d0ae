using CoreNode.Api.Fleet.Machines;
using CoreNode.Api.Peers.Requests;
using CoreNode.Units.Model;

namespace CoreNode.Hosting.Wiring;

/// <summary>Asks other machines about their units by requests between nodes.</summary>
/// <param name="requests">How nodes are asked; null while this node belongs to no cluster yet.</param>
internal sealed class OtherMachines(Func<NodeRequests?> requests) : IMachineAccess
{
    /// <inheritdoc/>
    public async Task<IMachineAnswer> AskAsync(
        Machine machine, string service, ReadOnlyMemory<byte> question, CancellationToken cancellation)
    {
        if (requests() is not { } nodes)
            throw new IOException("this node does not know its cluster yet");
        if (machine.PeerUrls.Count == 0)
            throw new IOException($"machine {machine.Id} told no peer URL where it could be asked");
        List<string> faults = [];
        foreach (string url in machine.PeerUrls)
        {
            try
            {
                NodeAnswer answer = await nodes.SendAsync(
                    url, service, (body, stop) => body.WriteAsync(question, stop).AsTask(), cancellation);
                return new Answer(answer);
            }
            catch (IOException fault)
            {
                faults.Add(fault.Message);
            }
        }

        throw new IOException(string.Join("; ", faults));
    }

    private sealed class Answer(NodeAnswer answer) : IMachineAnswer
    {
        public Stream Body => answer.Body;

        public ValueTask DisposeAsync() => answer.DisposeAsync();
    }
}
