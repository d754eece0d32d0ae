namespace CoreNode.Reboots.Service.Ports;

/// <summary>What the cluster is without this machine.</summary>
public interface IQuorum
{
    /// <summary>What would break if it were away now.</summary>
    /// <param name="isLast">
    /// The machine leaves after this look: who is about to leave as well is not counted on. Before that others may be
    /// back by the time it has the lock.
    /// </param>
    /// <param name="cancellation">Ends the look.</param>
    /// <exception cref="IOException">That cannot be known now.</exception>
    Task<RebootPermission> LookAsync(bool isLast, CancellationToken cancellation);
}
