using System.Diagnostics;
using System.Text;

namespace CoreNode.Tests.EndToEnd;

/// <summary>
/// A child process whose output is collected as it comes. Disposing kills it if it still runs.
/// </summary>
internal sealed class RunningProgram : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _outputEnd;
    private readonly Task<string> _errorEnd;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    private RunningProgram(Process process)
    {
        _process = process;
        _outputEnd = CollectAsync(process.StandardOutput, _output);
        _errorEnd = CollectAsync(process.StandardError, _error);
    }

    public int Pid => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>What it wrote to stdout so far.</summary>
    public string StandardOutput => Snapshot(_output);

    /// <summary>What it wrote to stderr so far.</summary>
    public string StandardError => Snapshot(_error);

    /// <summary>
    /// Starts <paramref name="program"/>; variables of <paramref name="environment"/> are added to ours.
    /// </summary>
    public static RunningProgram Start(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        ProcessStartInfo start = new(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        Process process = Process.Start(start) ?? throw new IOException($"{program} did not start");
        return new RunningProgram(process);
    }

    /// <summary>Writes all of its standard input and closes it.</summary>
    public async Task WriteInputAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text);
        _process.StandardInput.Close();
    }

    /// <summary>The exit code, once the process has ended and its output is complete.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan deadline)
    {
        using CancellationTokenSource timeout = new(deadline);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{_process.ProcessName} still runs after {deadline}:\n{StandardError}");
        }
        // A grandchild may hold the pipes open; what the process itself wrote has arrived by then.
        await Task.WhenAny(Task.WhenAll(_outputEnd, _errorEnd), Task.Delay(TimeSpan.FromSeconds(2)));
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }
        _process.Dispose();
    }

    private static async Task<string> CollectAsync(StreamReader reader, StringBuilder text)
    {
        char[] buffer = new char[4096];
        for (int read; (read = await reader.ReadAsync(buffer)) > 0;)
        {
            lock (text)
                text.Append(buffer, 0, read);
        }
        return Snapshot(text);
    }

    private static string Snapshot(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }
}
