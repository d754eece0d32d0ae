using System.Globalization;
using CoreNode.Runner;
using CoreNode.Systemd;

namespace CoreNode.Hosting.Updates;

/// <summary>
/// Where the worker process runs: in a scope of systemd where that is the first process, else in a control group of its
/// own where the kernel lets this program make one. Its share of processor and disk is a tenth of what others have, and
/// it is the first to go when memory runs out. What is refused is told, and the worker runs all the same: it lowers
/// itself besides.
/// </summary>
internal sealed class WorkerGroup
{
    private const ulong Weight = 10;
    private const ulong MemoryBytes = 256UL << 20;
    private const string Name = "corenode-update-worker-";

    // The node's own is often far below that of others, and is handed down.
    private const string GoesFirst = "500";

    private readonly string _group;

    private WorkerGroup(string group) => _group = group;

    /// <summary>Looks what there is; what an earlier process of this node left there is killed.</summary>
    /// <param name="key">Tells this node's from another's on the same machine.</param>
    public static WorkerGroup Find(string key)
    {
        ControlGroupMounts mounts = ControlGroupMounts.Read();
        bool isOurs = !Directory.Exists("/run/systemd/system") && mounts.Unified.Length > 0;
        WorkerGroup found = new(isOurs ? Path.Combine(mounts.Unified, Name + key) : "");
        found.Leave();
        return found;
    }

    /// <summary>Puts a process there; gives where it is now, for the log.</summary>
    public async Task<string> PlaceAsync(int pid, CancellationToken cancellation)
    {
        string number = pid.ToString(CultureInfo.InvariantCulture);
        _ = TryWrite($"/proc/{number}/oom_score_adj", GoesFirst);
        if (_group.Length > 0)
        {
            string? problem = TryMake() ?? TryWrite(Path.Combine(_group, "cgroup.procs"), number);
            return problem is null ? $"the control group {_group}" : $"no control group of its own ({problem})";
        }

        if (!Directory.Exists("/run/systemd/system") || !Environment.IsPrivilegedProcess)
            return "no control group of its own: this machine gives none to this program";
        ProcessScope scope = new(new SystemdOptions());
        // The one before may still be there for a moment.
        string name = $"{Name}{number}.scope";
        string refusal = await scope.PlaceAsync(
            name, "Fetches and writes an update", pid, Weight, MemoryBytes, cancellation);
        return refusal.Length == 0 ? name : $"no scope of its own ({refusal})";
    }

    /// <summary>Kills what is left there, and removes the group if it is empty by then.</summary>
    public void Leave()
    {
        if (_group.Length == 0 || !Directory.Exists(_group))
            return;
        _ = TryWrite(Path.Combine(_group, "cgroup.kill"), "1");
        try
        {
            Directory.Delete(_group);
        }
        catch (Exception busy) when (busy is IOException or UnauthorizedAccessException)
        {
            // It is used again for the next one.
        }
    }

    private string? TryMake()
    {
        try
        {
            Directory.CreateDirectory(_group);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return refused.Message;
        }

        // Both only where the group above hands them down.
        _ = TryWrite(Path.Combine(_group, "cpu.weight"), Weight.ToString(CultureInfo.InvariantCulture));
        _ = TryWrite(Path.Combine(_group, "io.weight"), Weight.ToString(CultureInfo.InvariantCulture));
        return null;
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
