using System.Globalization;
using CoreNode.Foundation;

namespace CoreNode.Api;

/// <summary>Figures of the process under the names that Prometheus dashboards know, from Linux' /proc.</summary>
internal static class ProcessFigures
{
    private static readonly double s_startSeconds = BootSeconds() + (StartTicks() / 100.0);

    /// <summary>How many files the process may have open; 0 if unknown.</summary>
    public static long MaxOpenFiles { get; } = ReadMaxOpenFiles();

    /// <summary>Registers them.</summary>
    public static void Register(MetricRegistry metrics)
    {
        metrics.Gauge("process_resident_memory_bytes", "Memory in use that is not swapped out.",
            static () => Environment.WorkingSet);
        metrics.Gauge("process_start_time_seconds", "When the process started, since 1970.",
            static () => s_startSeconds);
        metrics.Counter("process_cpu_seconds_total", "Processor time used.",
            static () => Environment.CpuUsage.TotalTime.TotalSeconds);
        metrics.Gauge("process_open_fds", "Open files and sockets.", static () => CountOpenFiles());
        metrics.Gauge("process_max_fds", "Limit of open files and sockets.", static () => MaxOpenFiles);
        metrics.Counter("corenode_gc_pause_seconds_total", "Time that all threads stood still for the collector.",
            static () => GC.GetTotalPauseDuration().TotalSeconds);
        metrics.Gauge("corenode_gc_heap_bytes", "Managed heap after the last collection.",
            static () => GC.GetGCMemoryInfo().HeapSizeBytes);
    }

    private static double CountOpenFiles()
    {
        try
        {
            return Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();
        }
        catch (IOException)
        {
            return 0;
        }
    }

    // proc(5): field 22 of stat, in hundredths of a second after boot; the name in field 2 may hold anything.
    private static double StartTicks()
    {
        string[] fields = ReadLines("/proc/self/stat");
        if (fields.Length == 0)
            return 0;
        string afterName = fields[0][(fields[0].LastIndexOf(')') + 2)..];
        return double.Parse(afterName.Split(' ')[19], CultureInfo.InvariantCulture);
    }

    // proc(5): "btime", seconds since 1970.
    private static double BootSeconds()
    {
        string? line = ReadLines("/proc/stat").FirstOrDefault(l => l.StartsWith("btime ", StringComparison.Ordinal));
        return line is null ? 0 : double.Parse(line[6..], CultureInfo.InvariantCulture);
    }

    private static long ReadMaxOpenFiles()
    {
        foreach (string line in ReadLines("/proc/self/limits"))
        {
            if (!line.StartsWith("Max open files", StringComparison.Ordinal))
                continue;
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return long.TryParse(words[3], CultureInfo.InvariantCulture, out long limit) ? limit : 0;
        }

        return 0;
    }

    private static string[] ReadLines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (IOException)
        {
            return [];
        }
    }
}
