using System.Diagnostics;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.EndToEnd;

/// <summary>The native `corenode discovery serve` on a free loopback port, with a folder of its own.</summary>
internal sealed class DiscoveryServer : IAsyncDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    private readonly TestFolder _folder = new();
    private readonly NetworkNamespace? _home;
    private readonly HttpClient _http;
    private readonly string[] _extra;
    private RunningProgram? _running;

    private DiscoveryServer(string url, NetworkNamespace? home, string[] extra)
    {
        Url = url;
        _home = home;
        _extra = extra;
        _http = new HttpClient(NamespaceSockets.Handler(home)) { Timeout = TimeSpan.FromSeconds(5) };
    }

    /// <summary>Where it serves.</summary>
    public string Url { get; }

    public string Words => _running?.StandardError ?? "";

    /// <summary>Starts one and waits until it serves.</summary>
    public static Task<DiscoveryServer> StartAsync(params string[] extra) =>
        StartAsync($"http://127.0.0.1:{FreePorts.Next()}", null, extra);

    /// <summary>The same in a namespace, where it listens at that URL.</summary>
    public static async Task<DiscoveryServer> StartAsync(string url, NetworkNamespace? home, params string[] extra)
    {
        DiscoveryServer server = new(url, home, extra);
        await server.RestartAsync();
        return server;
    }

    /// <summary>Starts it on the same port and folder.</summary>
    public async Task RestartAsync()
    {
        _running?.Dispose();
        string program = TestPrograms.Corenode();
        RunningProgram Launch() => RunningProgram.Start(
            program,
            ["discovery", "serve", "--listen-client-urls", Url, "--data-dir", _folder.File("data"), .. _extra]);
        _running = _home is null ? Launch() : _home.Run(Launch);
        File.WriteAllText(_folder.File("pid"), $"{_running.Pid}");
        Stopwatch watch = Stopwatch.StartNew();
        while (!await IsHealthyAsync())
        {
            if (_running.HasExited || watch.Elapsed > s_deadline)
                throw new IOException($"the discovery service does not serve:\n{Words}");
            await Task.Delay(10);
        }
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        Signals.Send(_running!.Pid, Signals.Kill);
        await _running.WaitForExitAsync(s_deadline);
    }

    /// <summary>A new token by the command for it.</summary>
    public async Task<string> NewAsync(int size)
    {
        string program = TestPrograms.Corenode();
        RunningProgram Launch() => RunningProgram.Start(
            program, ["discovery", "new", "--size", $"{size}", "--server", Url]);
        using RunningProgram made = _home is null ? Launch() : _home.Run(Launch);
        Assert.That(await made.WaitForExitAsync(s_deadline), Is.Zero, made.StandardError);
        return made.StandardOutput.Trim();
    }

    public ValueTask DisposeAsync()
    {
        _running?.Dispose();
        _http.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<bool> IsHealthyAsync()
    {
        try
        {
            return (await _http.GetStringAsync(Url + "/health")).Contains("true", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }
}
