namespace CoreNode.Reboots.Service.Ports;

/// <summary>Restarts the machine.</summary>
public interface IRestart
{
    /// <summary>Everything that was written is on the disks afterwards.</summary>
    Task SyncAsync(CancellationToken cancellation);

    /// <summary>What is to be known of how it was asked for; empty: nothing.</summary>
    string Note => "";

    /// <summary>Asks for it; the machine goes down some time later.</summary>
    /// <param name="by">How, as a person asked for this time; empty: as the node is told.</param>
    /// <param name="cancellation">Ends the asking.</param>
    /// <exception cref="IOException">It cannot be asked for.</exception>
    Task RestartAsync(string by, CancellationToken cancellation);
}
