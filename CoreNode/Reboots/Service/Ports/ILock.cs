namespace CoreNode.Reboots.Service.Ports;

/// <summary>The cluster's lock, as this machine takes it. Both calls may be repeated.</summary>
public interface ILock
{
    /// <summary>Ends once this machine holds it.</summary>
    /// <param name="group">The group; empty: the default one.</param>
    /// <param name="why">Why: shown to others.</param>
    /// <param name="told">Told who holds it instead, in one line, whenever that changes.</param>
    /// <param name="cancellation">Gives up; it may be held all the same then.</param>
    /// <exception cref="IOException">The store cannot be asked.</exception>
    Task TakeAsync(string group, string why, Action<string> told, CancellationToken cancellation);

    /// <summary>This machine does not hold it afterwards.</summary>
    /// <exception cref="IOException">The store cannot be asked.</exception>
    Task ReleaseAsync(string group, CancellationToken cancellation);

    /// <summary>This machine does not hold the lock of any group afterwards.</summary>
    /// <exception cref="IOException">The store cannot be asked.</exception>
    Task ReleaseEverywhereAsync(CancellationToken cancellation) => Task.CompletedTask;
}
