using System.Diagnostics;
using System.Net.Security;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.EndToEnd;

/// <summary>
/// One server process with its data folder: started, stopped by SIGTERM, killed by SIGKILL and started again on the
/// same data and ports. Ends only the process that it started, and removes its folder. Owned by one test.
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan _readyDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _stopDeadline = TimeSpan.FromSeconds(30);

    private readonly ServerCommand _command;
    private readonly string[] _extra;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly TestFolder _folder = new();
    private readonly NetworkNamespace? _home;
    private readonly HttpClient _http;
    private RunningProgram? _running;
    private bool _isEndWanted;

    private ServerProcess(
        ServerCommand command,
        string[] extra,
        IReadOnlyDictionary<string, string> environment,
        Func<string, ServerPlace> place,
        NetworkNamespace? home,
        NetworkNamespace? clients,
        SslClientAuthenticationOptions? tls = null)
    {
        _command = command;
        _extra = extra;
        _environment = environment;
        _home = home;
        SocketsHttpHandler handler = NamespaceSockets.Handler(clients);
        if (tls is not null)
            handler.SslOptions = tls;
        _http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(2) };
        Place = place(_folder.Path);
    }

    /// <summary>Where it is; changed between two starts only.</summary>
    public ServerPlace Place { get; set; }

    /// <summary>What it is.</summary>
    public ServerCommand Command => _command;

    /// <summary>Where clients talk to it, without a slash at the end.</summary>
    public string Url => Place.ClientUrl.GetLeftPart(UriPartial.Authority);

    public string DataFolder => Place.DataFolder;

    public int Pid => Running.Pid;

    public bool HasExited => Running.HasExited;

    /// <summary>Whether it was started and has not ended, stopped by SIGSTOP or not.</summary>
    public bool IsRunning => _running is { HasExited: false };

    /// <summary>Whether it ended though nobody here stopped or killed it.</summary>
    public bool HasDied => _running is { HasExited: true } && !_isEndWanted;

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
        ServerProcess server = new(
            command,
            extra,
            environment,
            folder => new ServerPlace(folder, FreePorts.Next(), FreePorts.Next()),
            home: null,
            clients: null);
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

    /// <summary>
    /// One that is not started yet, at a place of the caller's choice inside the folder that it is given; perhaps in a
    /// namespace of its own, reached from that of the clients.
    /// </summary>
    public static ServerProcess Prepare(
        ServerCommand command,
        string[] extra,
        Func<string, ServerPlace> place,
        NetworkNamespace? home = null,
        NetworkNamespace? clients = null,
        SslClientAuthenticationOptions? tls = null) =>
        new(command, extra, new Dictionary<string, string>(), place, home, clients, tls);

    /// <summary>Starts the process again without waiting until it serves.</summary>
    public void Launch()
    {
        if (_running is { HasExited: false })
            throw new InvalidOperationException($"{_command.Name} still runs");
        RunningProgram Start() =>
            RunningProgram.Start(_command.Program(), [.. _command.Arguments(Place), .. _extra], _environment);
        RunningProgram? last = _running;
        _running = _home is null ? Start() : _home.Run(Start);
        _isEndWanted = false;
        last?.Dispose();
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
        _isEndWanted = true;
        Signals.Send(Pid, Signals.Terminate);
        int code = await WaitForExitAsync(_stopDeadline);
        return (code, watch.Elapsed);
    }

    /// <summary>SIGKILL, and waits until the kernel has taken the process away.</summary>
    public async Task KillAsync()
    {
        if (!HasExited)
        {
            _isEndWanted = true;
            Signals.Send(Pid, Signals.Kill);
        }
        await WaitForExitAsync(_stopDeadline);
    }

    /// <summary>SIGSTOP: it does nothing until <see cref="Resume"/>, but the kernel keeps its connections.</summary>
    public void Pause() => Signals.Send(Pid, Signals.Stop);

    /// <summary>SIGCONT.</summary>
    public void Resume() => Signals.Send(Pid, Signals.Continue);

    /// <summary>Removes what it stored: a machine that comes back with an empty disk. Only while it is down.</summary>
    public void Wipe()
    {
        if (IsRunning)
            throw new InvalidOperationException($"{_command.Name} still runs");
        Directory.Delete(DataFolder, recursive: true);
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
