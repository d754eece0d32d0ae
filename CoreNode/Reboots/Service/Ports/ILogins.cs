namespace CoreNode.Reboots.Service.Ports;

/// <summary>People on this machine.</summary>
public interface ILogins
{
    /// <summary>Tells them; gives their names in one line, empty without any.</summary>
    /// <exception cref="IOException">They cannot be looked up.</exception>
    Task<string> WarnAsync(string why, TimeSpan time, CancellationToken cancellation);
}
