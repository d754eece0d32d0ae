namespace CoreNode.Updates.Client.Ports;

/// <summary>Restarts the machine.</summary>
public interface IReboot
{
    /// <summary>Asks for it; the machine goes down some time later.</summary>
    /// <exception cref="IOException">It cannot be asked for.</exception>
    Task RebootAsync(CancellationToken cancellation);

    /// <summary>
    /// Shows those who restart machines for others that this one waits for it, or no longer. Never throws.
    /// </summary>
    void Announce(bool isWanted);
}
