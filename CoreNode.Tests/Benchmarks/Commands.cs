using System.Diagnostics;

namespace CoreNode.Tests.Benchmarks;

/// <summary>Commands as a person would type them, and how long they take.</summary>
internal static class Commands
{
    /// <summary>Runs a line of the shell; seconds until it has ended.</summary>
    public static async Task<double> TimeAsync(string line)
    {
        Stopwatch watch = Stopwatch.StartNew();
        ProcessStartInfo start = new("/bin/sh") { RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(line);
        using Process process = Process.Start(start) ?? throw new IOException("there is no shell");
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new IOException($"{line}: {error}");
        return watch.Elapsed.TotalSeconds;
    }

    /// <summary>
    /// Runs a program without a shell; its seconds, and the most memory that it had in MB, as it was seen every 20 ms.
    /// </summary>
    public static async Task<(double Seconds, double PeakMegabytes)> MeasureAsync(string program, params string[] words)
    {
        Stopwatch watch = Stopwatch.StartNew();
        ProcessStartInfo start = new(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string word in words)
            start.ArgumentList.Add(word);
        using Process process = Process.Start(start) ?? throw new IOException($"{program} did not start");
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        double peak = 0;
        Task end = process.WaitForExitAsync();
        while (await Task.WhenAny(end, Task.Delay(TimeSpan.FromMilliseconds(20))) != end)
        {
            try
            {
                peak = Math.Max(peak, ProcessMeter.PeakMegabytes(process.Id));
            }
            catch (Exception over) when (over is IOException or InvalidOperationException)
            {
                // It has ended in between.
            }
        }

        await output;
        if (process.ExitCode != 0)
            throw new IOException($"{program} {string.Join(' ', words)}: {await error}");
        return (watch.Elapsed.TotalSeconds, peak);
    }
}
