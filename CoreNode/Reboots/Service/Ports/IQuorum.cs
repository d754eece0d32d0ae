namespace CoreNode.Reboots.Service.Ports;

/// <summary>What the cluster is without this machine.</summary>
public interface IQuorum
{
    /// <summary>What would break if it were away now.</summary>
    /// <exception cref="IOException">That cannot be known now.</exception>
    Task<RebootPermission> LookAsync(CancellationToken cancellation);
}
