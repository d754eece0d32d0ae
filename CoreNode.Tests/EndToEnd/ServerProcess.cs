using System.Diagnostics;

namespace CoreNode.Tests.EndToEnd;

/// <summary>
/// One server process with its data folder: started, stopped by SIGTERM, killed by SIGKILL and started again on the
/// same data and ports. Ends only the process that it started, and removes its folder. Owned by one test.
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan _readyDeadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan _stopDeadline = TimeSpan.FromSeconds(10);

    private readonly ServerCommand _command;
    private readonly string[] _extra;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly TestFolder _folder = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };
    private RunningProgram? _running;

    private ServerProcess(ServerCommand command, string[] extra, IReadOnlyDictionary<string, string> environment)
    {
        _command = command;
        _extra = extra;
        _environment = environment;
        Place = new ServerPlace(_folder.Path, FreePorts.Next(), FreePorts.Next());
    }

    public ServerPlace Place { get; }

    /// <summary>Where clients talk to it, without a slash at the end.</summary>
    public string Url => Place.ClientUrl.GetLeftPart(UriPartial.Authority);

    public string DataFolder => Place.DataFolder;

    public int Pid => Running.Pid;

    public bool HasExited => Running.HasExited;

    /// <summary>What it wrote to stderr since its last start.</summary>
    public string StandardError => _running?.StandardError ?? "";

    /// <summary>What it wrote to stdout since its last start.</summary>
    public string StandardOutput => _running?.StandardOutput ?? "";

    private RunningProgram Running =>
        _running ?? throw new InvalidOperationException($"{_command.Name} is not started");

    /// <summary>Starts a server on an empty folder and waits until /health says true.</summary>
    public static Task<ServerProcess> StartAsync(ServerCommand command, params string[] extra) =>
        StartAsync(command, extra, new Dictionary<string, string>());

    public static async Task<ServerProcess> StartAsync(
        ServerCommand command, string[] extra, IReadOnlyDictionary<string, string> environment)
    {
        ServerProcess server = new(command, extra, environment);
        try
        {
            server.Launch();
            await server.WaitUntilReadyAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the process again without waiting until it serves.</summary>
    public void Launch()
    {
        if (_running is { HasExited: false })
            throw new InvalidOperationException($"{_command.Name} still runs");
        _running?.Dispose();
        _running = RunningProgram.Start(_command.Program(), [.. _command.Arguments(Place), .. _extra], _environment);
        // packaging/test.sh ends what a test host that was itself killed left behind.
        File.WriteAllText(_folder.File("pid"), $"{_running.Pid}");
    }

    public async Task RestartAsync()
    {
        Launch();
        await WaitUntilReadyAsync();
    }

    /// <summary>
    /// Polls /health until it says true; fails with the server's own words if it ends or takes too long.
    /// </summary>
    public async Task WaitUntilReadyAsync()
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!await IsHealthyAsync())
        {
            if (HasExited)
                throw new IOException($"{_command.Name} ended with {Running.ExitCode} at start:\n{StandardError}");
            if (watch.Elapsed > _readyDeadline)
                throw new TimeoutException($"{_command.Name} not ready after {_readyDeadline}:\n{StandardError}");
            await Task.Delay(5);
        }
    }

    /// <summary>SIGTERM; the exit code and how long it took.</summary>
    public async Task<(int ExitCode, TimeSpan Elapsed)> StopAsync()
    {
        Stopwatch watch = Stopwatch.StartNew();
        Signals.Send(Pid, Signals.Terminate);
        int code = await WaitForExitAsync(_stopDeadline);
        return (code, watch.Elapsed);
    }

    /// <summary>SIGKILL, and waits until the kernel has taken the process away.</summary>
    public async Task KillAsync()
    {
        if (!HasExited)
            Signals.Send(Pid, Signals.Kill);
        await WaitForExitAsync(_stopDeadline);
    }

    /// <summary>The exit code once the process has ended by itself.</summary>
    public Task<int> WaitForExitAsync(TimeSpan deadline) => Running.WaitForExitAsync(deadline);

    public async ValueTask DisposeAsync()
    {
        if (_running is not null)
        {
            if (!_running.HasExited)
                await KillAsync();
            _running.Dispose();
        }
        _http.Dispose();
        _folder.Dispose();
    }

    private async Task<bool> IsHealthyAsync()
    {
        try
        {
            string answer = await _http.GetStringAsync($"{Url}/health");
            return answer.Contains("true", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }
}
