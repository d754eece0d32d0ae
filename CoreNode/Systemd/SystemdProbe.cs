using CoreNode.Units.Manager;

namespace CoreNode.Systemd;

/// <summary>Looks whether this process can run units by systemd (--unit-manager auto).</summary>
public static class SystemdProbe
{
    /// <summary>Connects once and asks nothing more. Never throws but for cancellation.</summary>
    public static async Task<SystemdFinding> ExamineAsync(SystemdOptions options, CancellationToken cancellation)
    {
        // sd_booted(3): the folder is there if and only if systemd is the first process.
        if (!Directory.Exists($"{options.Root}/run/systemd/system"))
            return new SystemdFinding(false, "systemd is not this machine's first process (no /run/systemd/system)");
        if (!Environment.IsPrivilegedProcess)
            return new SystemdFinding(false, "only root may have systemd run units");
        using SystemdBus bus = new(options.Addresses, "systemd probe");
        try
        {
            await bus.StartAsync(cancellation);
            return new SystemdFinding(true, "systemd answers");
        }
        catch (UnitManagerException away)
        {
            return new SystemdFinding(false, away.Message);
        }
    }
}
