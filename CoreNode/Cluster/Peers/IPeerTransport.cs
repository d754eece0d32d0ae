namespace CoreNode.Cluster.Peers;

/// <summary>
/// Carries messages between members over the peer listener; implemented by the surface that owns the listeners.
/// </summary>
public interface IPeerTransport : IPeerSender, IAsyncDisposable
{
    /// <summary>Opens the listener and begins to connect as <see cref="IPeerSender.SetMembers"/> says.</summary>
    /// <exception cref="IOException">An address cannot be bound; the message says which and why.</exception>
    Task StartAsync(PeerIdentity self, IPeerReceiver receiver, CancellationToken cancellation);
}
