namespace CoreNode.Reboots.Service.Ports;

/// <summary>Restarts the machine.</summary>
public interface IRestart
{
    /// <summary>Everything that was written is on the disks afterwards.</summary>
    Task SyncAsync(CancellationToken cancellation);

    /// <summary>What is to be known of how it was asked for; empty: nothing.</summary>
    string Note => "";

    /// <summary>Asks for it; the machine goes down some time later.</summary>
    /// <exception cref="IOException">It cannot be asked for.</exception>
    Task RestartAsync(CancellationToken cancellation);
}
