using System.Diagnostics;

namespace CoreNode.Tests.EndToEnd;

/// <summary>The native `corenode discovery serve` on a free loopback port, with a folder of its own.</summary>
internal sealed class DiscoveryServer : IAsyncDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    private readonly TestFolder _folder = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly string[] _extra;
    private RunningProgram? _running;

    private DiscoveryServer(string[] extra) => _extra = extra;

    /// <summary>Where it serves.</summary>
    public string Url { get; } = $"http://127.0.0.1:{FreePorts.Next()}";

    public string Words => _running?.StandardError ?? "";

    /// <summary>Starts one and waits until it serves.</summary>
    public static async Task<DiscoveryServer> StartAsync(params string[] extra)
    {
        DiscoveryServer server = new(extra);
        await server.RestartAsync();
        return server;
    }

    /// <summary>Starts it on the same port and folder.</summary>
    public async Task RestartAsync()
    {
        _running?.Dispose();
        _running = RunningProgram.Start(
            TestPrograms.Corenode(),
            ["discovery", "serve", "--listen-client-urls", Url, "--data-dir", _folder.File("data"), .. _extra]);
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
        ProgramResult made = await ProgramResult.OfAsync(
            TestPrograms.Corenode(), ["discovery", "new", "--size", $"{size}", "--server", Url]);
        Assert.That(made.ExitCode, Is.Zero, made.Error);
        return made.Output.Trim();
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
