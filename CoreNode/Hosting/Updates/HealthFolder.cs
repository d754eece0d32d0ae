using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Hosting.Updates;

/// <summary>
/// The operator's checks of health: every executable file of a folder, all at once, each within its deadline. One that
/// ends with 0 passes; the last line that it wrote is told. A folder that is not there has none.
/// </summary>
internal sealed class HealthFolder(string folder, TimeSpan deadline)
{
    private const int MostChecks = 64;
    private const int LongestDetail = 200;

    /// <summary>Runs them.</summary>
    public async Task<IReadOnlyList<HealthCheck>> LookAsync(CancellationToken cancellation)
    {
        List<Task<HealthCheck>> running = [];
        try
        {
            foreach (string file in List())
                running.Add(RunAsync(file, cancellation));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [new HealthCheck("health.d", HealthCheckKind.Custom, false, fault.Message)];
        }

        return await Task.WhenAll(running);
    }

    private List<string> List()
    {
        List<string> files = [];
        if (!Directory.Exists(folder))
            return files;
        const UnixFileMode executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute
            | UnixFileMode.OtherExecute;
        foreach (string file in Directory.EnumerateFiles(folder))
        {
            // As run-parts: what editors and package managers leave behind is none.
            string name = Path.GetFileName(file);
            bool isMeant = name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
                && !name.StartsWith('.') && !name.Contains(".dpkg-", StringComparison.Ordinal);
            if (isMeant && (File.GetUnixFileMode(file) & executable) != 0)
                files.Add(file);
        }

        files.Sort(StringComparer.Ordinal);
        if (files.Count > MostChecks)
            files.RemoveRange(MostChecks, files.Count - MostChecks);
        return files;
    }

    private async Task<HealthCheck> RunAsync(string file, CancellationToken cancellation)
    {
        string name = "health.d/" + Path.GetFileName(file);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(deadline);
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo(file)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = "/",
            })!;
        }
        catch (Win32Exception refused)
        {
            return new HealthCheck(name, HealthCheckKind.Custom, false, $"cannot be started: {refused.Message}");
        }

        using (process)
        {
            process.StandardInput.Close();
            Task<string> output = LastLineAsync(process.StandardOutput, limit.Token);
            Task<string> error = LastLineAsync(process.StandardError, limit.Token);
            try
            {
                await process.WaitForExitAsync(limit.Token);
                string detail = await error is { Length: > 0 } complaint ? complaint : await output;
                bool isPassed = process.ExitCode == 0;
                string code = string.Create(CultureInfo.InvariantCulture, $"exit code {process.ExitCode}");
                return new HealthCheck(
                    name, HealthCheckKind.Custom, isPassed,
                    isPassed ? detail : detail.Length > 0 ? $"{code}: {detail}" : code);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                Task ends = Task.WhenAll(output, error);
                await ends.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellation.ThrowIfCancellationRequested();
                string late = string.Create(
                    CultureInfo.InvariantCulture, $"no answer within {deadline.TotalSeconds:0} s");
                return new HealthCheck(name, HealthCheckKind.Custom, false, late);
            }
        }
    }

    private static async Task<string> LastLineAsync(StreamReader reader, CancellationToken cancellation)
    {
        string last = "";
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            if (line.Trim() is { Length: > 0 } text)
                last = text.Length > LongestDetail ? text[..LongestDetail] + "…" : text;
        }

        return last;
    }
}
