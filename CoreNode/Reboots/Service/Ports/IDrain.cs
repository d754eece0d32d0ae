namespace CoreNode.Reboots.Service.Ports;

/// <summary>The units of this machine. Each call may be repeated.</summary>
public interface IDrain
{
    /// <summary>Nothing new is placed here from now on.</summary>
    /// <exception cref="IOException">The store cannot be asked.</exception>
    Task CordonAsync(string why, CancellationToken cancellation);

    /// <summary>Ends when no unit is left here, or with the limit.</summary>
    /// <exception cref="IOException">The store cannot be asked.</exception>
    Task DrainAsync(string why, TimeSpan limit, Action<string> told, CancellationToken cancellation);

    /// <summary>Takes back a cordon of a reboot's; one that people set stays.</summary>
    /// <exception cref="IOException">The store cannot be asked.</exception>
    Task UncordonAsync(CancellationToken cancellation);
}
