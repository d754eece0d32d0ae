namespace CoreNode.Reboots.Service.Ports;

/// <summary>Leadership of the store.</summary>
public interface ILeadership
{
    /// <summary>Hands it to another member; nothing is done where this machine does not lead, or is alone.</summary>
    /// <exception cref="IOException">It stays here.</exception>
    Task MoveAwayAsync(CancellationToken cancellation);
}
