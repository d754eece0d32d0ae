using CoreNode.Updates.Lifecycle;

namespace CoreNode.Updates.Client.Ports;

/// <summary>
/// How healthy this machine is: the node's own services, its cluster, its network, the operator's executables.
/// </summary>
public interface IHealthChecks
{
    /// <summary>Looks at all of them, each within its own deadline; those that did not answer say so.</summary>
    Task<HealthReport> LookAsync(CancellationToken cancellation);
}
