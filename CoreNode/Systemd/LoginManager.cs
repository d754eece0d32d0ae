namespace CoreNode.Systemd;

/// <summary>logind, as far as it restarts the machine (org.freedesktop.login1). Any thread.</summary>
public static class LoginManager
{
    private const string Name = "org.freedesktop.login1";

    private static readonly BusMethod s_reboot = new(Name + ".Manager", "Reboot") { Destination = Name };

    /// <summary>Asks for a restart; the machine goes down some time later.</summary>
    /// <exception cref="IOException">It refuses, or is not there.</exception>
    public static async Task RebootAsync(BusAddress address, CancellationToken cancellation)
    {
        using BusLoop loop = new([address], static _ => { }, static _ => { }, "logind");
        loop.Start();
        try
        {
            await loop.CallAsync(
                s_reboot, "/org/freedesktop/login1", static writer => writer.Write(false), null, cancellation);
        }
        catch (BusException refused)
        {
            throw new IOException($"logind does not restart the machine: {refused.Message}", refused);
        }
    }
}
