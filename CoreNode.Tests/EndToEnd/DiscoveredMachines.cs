using System.Diagnostics;
using System.Text.Json.Nodes;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.EndToEnd;

/// <summary>
/// Machines with one identical configuration but for where they are: loopback addresses of their own and the same
/// ports, a data folder each. Owned by one test.
/// </summary>
internal sealed class DiscoveredMachines : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static int s_networks;

    private readonly TestFolder _folder = new();
    private readonly HttpClient _http;
    private readonly NetworkNamespace? _home;
    private readonly string[] _launcher;
    private readonly Dictionary<int, RunningProgram> _running = [];
    private readonly int _clientPort = FreePorts.Next();
    private readonly int _peerPort = FreePorts.Next();
    private readonly int _network = Interlocked.Increment(ref s_networks);

    /// <summary>
    /// Nothing runs yet. In a namespace of their own machines may be started by a program that takes theirs as its
    /// last arguments.
    /// </summary>
    public DiscoveredMachines(NetworkNamespace? home = null, params string[] launcher)
    {
        _home = home;
        _launcher = launcher;
        _http = new HttpClient(NamespaceSockets.Handler(home)) { Timeout = TimeSpan.FromSeconds(5) };
    }

    /// <summary>Starts a machine, again if it was there before.</summary>
    public void Start(int number, params string[] extra) => Start(number, TestPrograms.Corenode(),
        ["node", "--unix-socket", "none", .. extra]);

    /// <summary>The same with etcd, which needs to be told its name and addresses.</summary>
    public void StartEtcd(int number, string discovery) => Start(number, TestPrograms.Etcd(),
    [
        "--enable-v2", "--name", $"e{number}", "--discovery", discovery,
        "--initial-advertise-peer-urls", PeerUrl(number), "--advertise-client-urls", ClientUrl(number),
    ]);

    public string Address(int number) => $"127.{_network}.0.{number}";

    public int PeerPort => _peerPort;

    public string ClientUrl(int number) => $"http://{Address(number)}:{_clientPort}";

    public string PeerUrl(int number) => $"http://{Address(number)}:{_peerPort}";

    public string DataFolder(int number) => _folder.File($"m{number}");

    /// <summary>What it said since its last start.</summary>
    public string Words(int number) => _running[number].StandardError;

    public bool HasExited(int number) => _running[number].HasExited;

    public Task<int> WaitForExitAsync(int number) => _running[number].WaitForExitAsync(Deadline);

    public async Task KillAsync(int number)
    {
        Signals.Send(_running[number].Pid, Signals.Kill);
        await _running[number].WaitForExitAsync(Deadline);
    }

    /// <summary>Waits until a machine has said that.</summary>
    public Task UntilItSaysAsync(int number, string words) =>
        UntilAsync(() => Task.FromResult(Words(number).Contains(words, StringComparison.Ordinal)), words);

    /// <summary>Waits for a cluster of these machines and a write that all of them know.</summary>
    public Task UntilTheyServeAsync(params int[] members) => UntilTheyServeAsync(PeerUrl, members);

    /// <summary>The same where members know each other by other URLs.</summary>
    public async Task UntilTheyServeAsync(Func<int, string> peerUrl, params int[] members)
    {
        string[] expected = [.. members.Select(peerUrl).Order()];
        foreach (int number in members)
        {
            await UntilAsync(
                async () => (await PeerUrlsAsync(number)).SequenceEqual(expected),
                $"machine {number} in a cluster of {members.Length}");
        }

        await UntilAsync(() => PutAsync(members[0]), "a write");
        foreach (int number in members)
            await UntilAsync(() => HasAsync(number), $"the write at machine {number}");
    }

    /// <summary>Polls until the condition holds; fails with what the machines said.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                if (await condition())
                    return;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // Not yet.
            }

            if (watch.Elapsed > Deadline)
            {
                throw new TimeoutException($"not after {Deadline}: {what}\n"
                    + string.Join('\n', _running.Select(r => $"-- machine {r.Key}\n{r.Value.StandardError}")));
            }

            await Task.Delay(20);
        }
    }

    public ValueTask DisposeAsync()
    {
        foreach (RunningProgram program in _running.Values)
            program.Dispose();
        _http.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Start(int number, string program, string[] arguments)
    {
        if (_running.TryGetValue(number, out RunningProgram? last))
            last.Dispose();
        string[] command =
        [
            .. _launcher, program, .. arguments, "--data-dir", DataFolder(number),
            "--listen-client-urls", ClientUrl(number), "--listen-peer-urls", PeerUrl(number),
        ];
        RunningProgram Launch() => RunningProgram.Start(command[0], command[1..]);
        _running[number] = _home is null ? Launch() : _home.Run(Launch);
        Directory.CreateDirectory(_folder.File($"run{number}"));
        File.WriteAllText(Path.Combine(_folder.File($"run{number}"), "pid"), $"{_running[number].Pid}");
    }

    private async Task<string[]> PeerUrlsAsync(int number)
    {
        JsonNode members = JsonNode.Parse(await _http.GetStringAsync(ClientUrl(number) + "/v2/members"))!;
        return [.. members["members"]!.AsArray().Select(m => (string)m!["peerURLs"]![0]!).Order()];
    }

    private async Task<bool> PutAsync(int number)
    {
        using FormUrlEncodedContent form = new([new("value", "here")]);
        using HttpResponseMessage put = await _http.PutAsync(ClientUrl(number) + "/v2/keys/found", form);
        return put.IsSuccessStatusCode;
    }

    private async Task<bool> HasAsync(int number) =>
        (await _http.GetStringAsync(ClientUrl(number) + "/v2/keys/found")).Contains("here", StringComparison.Ordinal);
}
