namespace CoreNode.Reboots.Service.Ports;

/// <summary>Whether this machine does its work after a restart.</summary>
public interface IGate
{
    /// <summary>Looks once.</summary>
    Task<GateLook> LookAsync(CancellationToken cancellation);
}
