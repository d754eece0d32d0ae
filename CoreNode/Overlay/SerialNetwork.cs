using System.Net;
using CoreNode.Overlay.Net;

namespace CoreNode.Overlay;

/// <summary>One kernel for several networks: one call at a time. Any thread.</summary>
internal sealed class SerialNetwork(IMachineNetwork network)
{
    // Held while the kernel answers: milliseconds.
    private readonly Lock _gate = new();

    public IReadOnlyList<InterfaceFacts> Interfaces()
    {
        lock (_gate)
            return network.Interfaces();
    }

    public NetworkState Read(IReadOnlyList<string> links)
    {
        lock (_gate)
            return network.Read(links);
    }

    public IReadOnlyList<NetworkFault> Apply(IReadOnlyList<NetworkChange> changes)
    {
        lock (_gate)
            return network.Apply(changes);
    }

    public IPAddress? SourceTowards(IPAddress destination)
    {
        lock (_gate)
            return network.SourceTowards(destination);
    }

    public Task WaitForChangeAsync(CancellationToken cancellation) => network.WaitForChangeAsync(cancellation);
}
