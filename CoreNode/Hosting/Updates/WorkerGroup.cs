using System.Globalization;
using CoreNode.Runner;
using CoreNode.Systemd;

namespace CoreNode.Hosting.Updates;

/// <summary>
/// Where the worker process runs: in a scope of systemd where that is the first process, else in a control group of its
/// own where the kernel lets this program make one. Its share of processor and disk is a tenth of what others have.
/// What is refused is told, and the worker runs all the same: it lowers itself besides.
/// </summary>
internal sealed class WorkerGroup
{
    private const ulong Weight = 10;
    private const ulong MemoryBytes = 256UL << 20;
    private const string ScopeName = "corenode-update-worker.scope";
    private const string GroupName = "corenode-update-worker";

    private readonly string _group;

    private WorkerGroup(string group) => _group = group;

    /// <summary>Makes ready what there is; what an earlier process left in it is killed.</summary>
    public static WorkerGroup Find()
    {
        ControlGroupMounts mounts = ControlGroupMounts.Read();
        if (Directory.Exists("/run/systemd/system") || mounts.Unified.Length == 0)
            return new WorkerGroup("");
        string group = Path.Combine(mounts.Unified, GroupName);
        try
        {
            Directory.CreateDirectory(group);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return new WorkerGroup("");
        }

        _ = TryWrite(Path.Combine(group, "cgroup.kill"), "1");
        // Both only where the group above hands them down.
        _ = TryWrite(Path.Combine(group, "cpu.weight"), Weight.ToString(CultureInfo.InvariantCulture));
        _ = TryWrite(Path.Combine(group, "io.weight"), Weight.ToString(CultureInfo.InvariantCulture));
        return new WorkerGroup(group);
    }

    /// <summary>Puts a process there; gives where it is now, for the log.</summary>
    public async Task<string> PlaceAsync(int pid, CancellationToken cancellation)
    {
        string number = pid.ToString(CultureInfo.InvariantCulture);
        if (_group.Length > 0)
        {
            return TryWrite(Path.Combine(_group, "cgroup.procs"), number) is { } refused
                ? $"no control group of its own ({refused})"
                : $"the control group {_group}";
        }

        if (!Directory.Exists("/run/systemd/system") || !Environment.IsPrivilegedProcess)
            return "no control group of its own: this machine gives none to this program";
        ProcessScope scope = new(new SystemdOptions());
        string problem = await scope.PlaceAsync(
            ScopeName, "Fetches and writes an update", pid, Weight, MemoryBytes, cancellation);
        return problem.Length == 0 ? ScopeName : $"no scope of its own ({problem})";
    }

    /// <summary>Kills what is left there.</summary>
    public void Kill()
    {
        if (_group.Length > 0)
            _ = TryWrite(Path.Combine(_group, "cgroup.kill"), "1");
    }

    private static string? TryWrite(string file, string text)
    {
        try
        {
            // Not made where it is not there.
            using FileStream stream = new(file, FileMode.Open, FileAccess.Write);
            stream.Write(System.Text.Encoding.ASCII.GetBytes(text));
            return null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return refused.Message;
        }
    }
}
