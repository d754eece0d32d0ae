using System.Diagnostics;

namespace CoreNode.Tests.EndToEnd.Updates;

/// <summary>
/// The native `corenode update-server serve` on a free loopback port or where it is told, with a folder of its own.
/// </summary>
internal sealed class UpdateServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    private readonly TestFolder _folder = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly string _keys;
    private RunningProgram? _running;

    private UpdateServerProcess(string keys, string? url)
    {
        _keys = keys;
        Url = url ?? $"http://127.0.0.1:{FreePorts.Next()}";
    }

    /// <summary>Where it serves, without a slash at the end.</summary>
    public string Url { get; }

    /// <summary>What machines are told: SERVER=.</summary>
    public string MachinesUrl => Url + "/v1/update/";

    /// <summary>What it wrote to stderr since its last start.</summary>
    public string Words => _running?.StandardError ?? "";

    /// <summary>A file of the test.</summary>
    public string File(string name) => _folder.File(name);

    /// <summary>Starts one that takes packages of these keys, and waits until it serves.</summary>
    public static async Task<UpdateServerProcess> StartAsync(string keys, string? url = null)
    {
        UpdateServerProcess server = new(keys, url);
        await server.RestartAsync();
        return server;
    }

    /// <summary>Starts it on the same port and folder, after a kill if it runs.</summary>
    public async Task RestartAsync()
    {
        if (_running is { HasExited: false })
        {
            Signals.Send(_running.Pid, Signals.Kill);
            await _running.WaitForExitAsync(s_deadline);
        }

        _running?.Dispose();
        _running = RunningProgram.Start(
            TestPrograms.Corenode(),
            [
                "update-server", "serve", "--listen-urls", Url, "--data-dir", _folder.File("data"),
                "--unix-socket", _folder.File("sock"), "--trusted-keys", _keys,
            ]);
        await System.IO.File.WriteAllTextAsync(_folder.File("pid"), $"{_running.Pid}");
        Stopwatch watch = Stopwatch.StartNew();
        while (!await IsHealthyAsync())
        {
            if (_running.HasExited || watch.Elapsed > s_deadline)
                throw new IOException($"the update server does not serve:\n{Words}");
            await Task.Delay(10);
        }
    }

    /// <summary>SIGTERM; its exit code.</summary>
    public async Task<int> StopAsync()
    {
        Signals.Send(_running!.Pid, Signals.Terminate);
        return await _running.WaitForExitAsync(s_deadline);
    }

    /// <summary>Runs `corenode update-server …` over its unix socket.</summary>
    public Task<ProgramResult> RunAsync(params string[] args) => ProgramResult.OfAsync(
        TestPrograms.Corenode(), ["update-server", .. args, "--endpoints", $"unix://{_folder.File("sock")}"]);

    /// <summary>The same; it must be done.</summary>
    public async Task<string> DoneAsync(params string[] args)
    {
        ProgramResult result = await RunAsync(args);
        Assert.That(result.ExitCode, Is.Zero, $"{string.Join(' ', args)}: {result.Error}{result.Output}\n{Words}");
        return result.Output;
    }

    /// <summary>Its figures.</summary>
    public Task<string> FiguresAsync() => _http.GetStringAsync(Url + "/metrics");

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
