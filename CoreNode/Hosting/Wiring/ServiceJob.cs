using System.ComponentModel;
using System.Diagnostics;

namespace CoreNode.Hosting.Wiring;

/// <summary>
/// Whether the service manager that asks this process to end will start it again at once: only systemd knows, by the
/// type of the job that it works on (restart, or stop).
/// </summary>
internal static class ServiceJob
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(2);

    /// <summary>
    /// True if systemd restarts the service that this process is; false if it stops it, or if there is no telling.
    /// </summary>
    public static async Task<bool> IsRestartAsync(CancellationToken cancellation)
    {
        if (UnitOf(await File.ReadAllTextAsync("/proc/self/cgroup", cancellation)) is not { } unit)
            return false;
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_limit);
        try
        {
            ProcessStartInfo start = new("systemctl", ["list-jobs", "--no-legend", "--plain", "--no-pager"])
            {
                RedirectStandardOutput = true,
            };
            using Process process = Process.Start(start)!;
            string listing = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return IsRestart(listing, unit);
        }
        catch (Exception fault) when (fault is Win32Exception or IOException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>The service in a text of /proc/[pid]/cgroup; null if the process is none.</summary>
    internal static string? UnitOf(string groups)
    {
        foreach (string line in groups.Split('\n'))
        {
            string[] parts = line.Split(':', 3);
            if (parts is not [_, "" or "name=systemd", var path])
                continue;
            foreach (string part in path.Split('/'))
            {
                if (part.EndsWith(".service", StringComparison.Ordinal))
                    return part;
            }
        }

        return null;
    }

    /// <summary>True if a listing of jobs (job, unit, type, state) has that unit restarted.</summary>
    internal static bool IsRestart(string listing, string unit)
    {
        foreach (string line in listing.Split('\n'))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields is [_, var name, var type, ..] && name == unit)
                return type is "restart" or "try-restart";
        }

        return false;
    }
}
