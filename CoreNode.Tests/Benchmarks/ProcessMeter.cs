using System.Globalization;

namespace CoreNode.Tests.Benchmarks;

/// <summary>What the kernel says about one process (proc(5)).</summary>
internal static class ProcessMeter
{
    // USER_HZ, the unit of the times in /proc/PID/stat, is 100 on every architecture that .NET runs on.
    private const int TicksPerSecond = 100;

    /// <summary>User and system time of all its threads, those that ended included.</summary>
    public static TimeSpan ProcessorTime(int pid)
    {
        string stat = File.ReadAllText($"/proc/{pid}/stat");
        // The name in parentheses may hold spaces; utime and stime are the 12th and 13th field after it.
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        long ticks = Number(fields[11]) + Number(fields[12]);
        return TimeSpan.FromSeconds((double)ticks / TicksPerSecond);
    }

    /// <summary>The same of several processes together.</summary>
    public static TimeSpan ProcessorTime(IEnumerable<int> pids) =>
        pids.Aggregate(TimeSpan.Zero, (sum, pid) => sum + ProcessorTime(pid));

    /// <summary>Resident memory now, in MB (10^6 bytes).</summary>
    public static double ResidentMegabytes(int pid) => Status(pid, "VmRSS:");

    /// <summary>The most that was ever resident, in MB (10^6 bytes).</summary>
    public static double PeakMegabytes(int pid) => Status(pid, "VmHWM:");

    private static double Status(int pid, string name)
    {
        string line = File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith(name, StringComparison.Ordinal));
        return Number(line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim()) * 1024 / 1e6;
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
