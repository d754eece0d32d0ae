using System.Text.RegularExpressions;

namespace CoreNode.Tests.EndToEnd;

/// <summary>
/// How a node starts, tells systemd about itself, stops, and refuses to start. Alone on the machine: within how long it
/// stops and gives signs of life is a promise.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native"), NonParallelizable]
internal sealed class NodeLifecycleTests
{
    private static readonly TimeSpan _exitDeadline = TimeSpan.FromSeconds(30);

    [Test]
    public async Task Tells_systemd_that_it_is_ready_alive_and_stopping()
    {
        using NotifySocket systemd = new();
        Dictionary<string, string> environment = new()
        {
            ["NOTIFY_SOCKET"] = systemd.Path,
            ["WATCHDOG_USEC"] = "1000000",
        };
        await using ServerProcess node = await ServerProcess.StartAsync(NodeProcess.Command, [], environment);
        await systemd.WaitForAsync("READY=1", _exitDeadline);
        // systemd asks for a sign of life within each interval; a node gives one at least twice as often.
        for (int i = 0; i < 3; i++)
            await systemd.WaitForAsync("WATCHDOG=1", TimeSpan.FromSeconds(1));
        Signals.Send(node.Pid, Signals.Terminate);
        await systemd.WaitForAsync("STOPPING=1", _exitDeadline);
        Assert.That(await node.WaitForExitAsync(_exitDeadline), Is.Zero);
    }

    [Test]
    public async Task Is_not_ready_before_it_serves()
    {
        using NotifySocket systemd = new();
        Dictionary<string, string> environment = new() { ["NOTIFY_SOCKET"] = systemd.Path };
        Task ready = systemd.WaitForAsync("READY=1", _exitDeadline);
        Task<ServerProcess> starting = ServerProcess.StartAsync(NodeProcess.Command, [], environment);
        await ready;
        await using ServerProcess node = await starting;
        using HttpClient http = new();
        Assert.That(await http.GetStringAsync($"{node.Url}/health"), Does.Contain("true"));
    }

    [Test]
    public async Task Stops_while_a_watch_and_a_stream_are_open()
    {
        await using ServerProcess node = await NodeProcess.StartAsync();
        using HttpClient http = new();
        using HttpResponseMessage watch = await OpenAsync(http, $"{node.Url}/v2/keys/a?wait=true");
        using HttpResponseMessage stream = await OpenAsync(http, $"{node.Url}/v2/keys/a?wait=true&stream=true");
        (int code, TimeSpan elapsed) = await node.StopAsync();
        Assert.That(code, Is.Zero, node.StandardError);
        Assert.That(elapsed, Is.LessThan(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public async Task Serves_clients_on_its_unix_socket_until_it_stops()
    {
        await using ServerProcess node = await NodeProcess.StartAsync();
        string socket = node.Place.SocketPath;
        string[] request =
            ["--silent", "--show-error", "--unix-socket", socket, "http://corenode/v2/keys/a", "-d", "value=b"];
        ProgramResult posted = await ProgramResult.OfAsync(TestPrograms.Curl(), request);
        Assert.That(posted.Output, Does.StartWith("{\"action\":\"create\""), posted.Error);
        await node.KillAsync();
        await node.RestartAsync();
        ProgramResult again = await ProgramResult.OfAsync(TestPrograms.Curl(), request);
        Assert.That(again.ExitCode, Is.Zero, "a socket file left by a killed node is in the way");
        await node.StopAsync();
        Assert.That(File.Exists(socket), Is.False);
    }

    [Test]
    public async Task A_second_node_on_the_same_data_folder_is_refused()
    {
        await using ServerProcess node = await NodeProcess.StartAsync();
        ServerPlace other = node.Place with { ClientPort = FreePorts.Next(), PeerPort = FreePorts.Next() };
        using RunningProgram second = StartAt(other);
        int code = await second.WaitForExitAsync(_exitDeadline);
        Assert.That(code, Is.EqualTo(1), second.StandardError);
        Assert.That(second.StandardError, Does.Contain(node.DataFolder));
        using HttpClient http = new();
        Assert.That(await http.GetStringAsync($"{node.Url}/health"), Does.Contain("true"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_port_that_is_taken_is_named(bool isForClients)
    {
        await using ServerProcess node = await NodeProcess.StartAsync();
        using TestFolder folder = new();
        ServerPlace other = isForClients
            ? node.Place with { Folder = folder.Path, PeerPort = FreePorts.Next() }
            : node.Place with { Folder = folder.Path, ClientPort = FreePorts.Next() };
        using RunningProgram second = StartAt(other);
        Assert.That(await second.WaitForExitAsync(_exitDeadline), Is.EqualTo(1), second.StandardError);
        int taken = isForClients ? node.Place.ClientPort : node.Place.PeerPort;
        Assert.That(second.StandardError, Does.Match($"corenode node: .*127.0.0.1:{taken}"));
    }

    [Test]
    public async Task All_wrong_flags_are_listed_at_once()
    {
        using TestFolder folder = new();
        string[] wrongFlags = ["heartbeat-interval", "snapshot-count", "listen-client-urls", "no-such-flag"];
        string[] arguments =
        [
            "node", "--data-dir", folder.File("data"), "--heartbeat-interval", "soon", "--snapshot-count", "-1",
            "--listen-client-urls", "nowhere", "--no-such-flag",
        ];
        ProgramResult result = await ProgramResult.OfAsync(TestPrograms.Corenode(), arguments);
        Assert.That(result.ExitCode, Is.EqualTo(2), result.Error);
        foreach (string wrong in wrongFlags)
            Assert.That(result.Error, Does.Contain(wrong));
        Assert.That(Directory.Exists(folder.File("data")), Is.False, "a refused start left data behind");
    }

    [Test]
    public async Task A_throw_away_node_serves_and_leaves_nothing_behind()
    {
        using TestFolder folder = new();
        Dictionary<string, string> environment = new() { ["TMPDIR"] = folder.Path };
        using RunningProgram node = RunningProgram.Start(TestPrograms.Corenode(), ["node", "--dev"], environment);
        Uri url = await PrintedUrlAsync(node);
        using HttpClient http = new() { BaseAddress = url };
        using HttpResponseMessage written = await http.PutAsync("/v2/keys/a?value=b", null);
        Assert.That((int)written.StatusCode, Is.EqualTo(201));
        Signals.Send(node.Pid, Signals.Terminate);
        Assert.That(await node.WaitForExitAsync(_exitDeadline), Is.Zero, node.StandardError);
        Assert.That(Directory.EnumerateFileSystemEntries(folder.Path), Is.Empty);
    }

    private static RunningProgram StartAt(ServerPlace place) =>
        RunningProgram.Start(TestPrograms.Corenode(), NodeProcess.Command.Arguments(place));

    private static async Task<HttpResponseMessage> OpenAsync(HttpClient http, string url)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, url);
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    // The first address that --dev prints is one to try.
    private static async Task<Uri> PrintedUrlAsync(RunningProgram node)
    {
        using CancellationTokenSource deadline = new(_exitDeadline);
        while (true)
        {
            string printed = node.StandardOutput + node.StandardError;
            Match url = Regex.Match(printed, @"http://127\.0\.0\.1:\d+(?=\D)");
            if (url.Success)
                return new Uri(url.Value);
            Assert.That(node.HasExited, Is.False, printed);
            await Task.Delay(10, deadline.Token);
        }
    }
}
