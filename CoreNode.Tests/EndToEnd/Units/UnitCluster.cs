using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.EndToEnd.Units;

/// <summary>
/// Machines that run units by the embedded runner: native members on loopback, or each in a namespace of its own. The
/// processes of units are found by a mark in their environment, wherever they went. Owned by one test.
/// </summary>
internal sealed class UnitCluster : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly TestFolder _folder = new();
    private readonly Dictionary<int, int> _adminPorts;
    private readonly HashSet<ServerProcess> _paused = [];
    private readonly string _mark = $"corenode-test-{Guid.NewGuid():N}";

    private UnitCluster(ClusterProcesses machines, Dictionary<int, int> adminPorts)
    {
        Machines = machines;
        _adminPorts = adminPorts;
        Directory.CreateSymbolicLink(_folder.File("fleetctl"), TestPrograms.Corenode());
    }

    /// <summary>What is in the environment of every process of its units, as MARK.</summary>
    public string Mark => _mark;

    /// <summary>The members; the first is m1, its machine id ends with 1.</summary>
    public ClusterProcesses Machines { get; }

    /// <summary>Folder for unit files and whatever units write.</summary>
    public TestFolder Folder => _folder;

    /// <summary>Starts that many machines, with metadata n=NUMBER and a lease of 2 s.</summary>
    public static async Task<UnitCluster> StartAsync(
        int machines, Func<int, IReadOnlyList<string>>? own = null, bool isIsolated = false)
    {
        Dictionary<int, int> ports = [];
        ClusterShape shape = new()
        {
            Command = NodeProcess.Command,
            Members = machines,
            IsIsolated = isIsolated,
            Own = number =>
            {
                ports[number] = isIsolated ? 49153 : FreePorts.Next();
                return
                [
                    "--unit-manager", "embedded",
                    "--machine-id", MachineId(number),
                    "--metadata", string.Create(CultureInfo.InvariantCulture, $"n={number},hostname=m{number}"),
                    "--public-ip", string.Create(CultureInfo.InvariantCulture, $"10.0.0.{number}"),
                    "--units-lease", "2s",
                    "--listen-admin-urls", Url(number, ports[number], isIsolated),
                    .. isIsolated ? ["--insecure-admin"] : Array.Empty<string>(),
                    .. own?.Invoke(number) ?? [],
                ];
            },
        };
        return new UnitCluster(await ClusterProcesses.StartAsync(shape), ports);
    }

    /// <summary>The id of machine number n.</summary>
    public static string MachineId(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{0xabcd0000 + number:x8}") + new string('0', 23)
        + (number % 10).ToString(CultureInfo.InvariantCulture);

    /// <summary>The number of the machine of that id.</summary>
    public static int NumberOf(string machineId) =>
        int.Parse(machineId.AsSpan(4, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    /// <summary>Where the units surface of a machine is.</summary>
    public string AdminUrl(int number) => Url(number, _adminPorts[number], Machines.Network is not null);

    /// <summary>Writes a unit file; its processes can be counted by <see cref="CopiesOf"/>.</summary>
    public string Write(string name, string fleet = "", string exec = "/bin/sleep infinity", string service = "")
    {
        string path = _folder.File(name);
        File.WriteAllText(path, $"""
            [Unit]
            Description={name}

            [Service]
            Environment=MARK={_mark} UNIT=%n
            ExecStart={exec}
            {service}

            [X-Fleet]
            {fleet}

            """);
        return path;
    }

    /// <summary>A supervisor stands still; nobody asks it meanwhile.</summary>
    public void Pause(ServerProcess machine)
    {
        _paused.Add(machine);
        machine.Pause();
    }

    /// <summary>It goes on.</summary>
    public void Resume(ServerProcess machine)
    {
        machine.Resume();
        _paused.Remove(machine);
    }

    /// <summary>Processes of a unit that are alive, on all machines.</summary>
    public IReadOnlyList<int> CopiesOf(string unit)
    {
        List<int> copies = [];
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out int pid) && IsOf(folder, unit))
                copies.Add(pid);
        }

        return copies;
    }

    /// <summary>fleetctl's personality of the native binary, at machine number n.</summary>
    public Task<ProgramResult> FleetctlAsync(int at, params string[] arguments) =>
        RunAsync(_folder.File("fleetctl"), ["--endpoint", AdminUrl(at), .. arguments]);

    /// <summary>Fleetctl that must succeed; gives its standard output.</summary>
    public async Task<string> FleetAsync(params string[] arguments)
    {
        ProgramResult result = await FleetctlAsync(FirstRunning(), arguments);
        Assert.That(result.ExitCode, Is.Zero, $"fleetctl {string.Join(' ', arguments)}: {result.Output}{result.Error}");
        return result.Output;
    }

    /// <summary>The native corenode as a client at machine number n.</summary>
    public Task<ProgramResult> CorenodeAsync(int at, params string[] arguments) =>
        RunAsync(TestPrograms.Corenode(), ["--endpoints", AdminUrl(at), .. arguments]);

    /// <summary>A GET of the units surface of a machine that runs.</summary>
    public async Task<JsonNode> GetAsync(string path)
    {
        using HttpClient http = new(NamespaceSockets.Handler(Machines.Clients)) { Timeout = s_patience };
        return JsonNode.Parse(await http.GetStringAsync($"{AdminUrl(FirstRunning())}{path}"))!;
    }

    /// <summary>Machine numbers on which the unit is active, as the surface says.</summary>
    public async Task<IReadOnlyList<int>> ActiveOnAsync(string unit)
    {
        JsonNode answer = await GetAsync($"/fleet/v1/state?unitName={Uri.EscapeDataString(unit)}");
        return
        [
            .. (answer["states"]?.AsArray() ?? [])
                .Where(state => (string?)state!["systemdActiveState"] == "active")
                .Select(state => NumberOf((string)state!["machineID"]!)).Order(),
        ];
    }

    /// <summary>Waits until it is so; fails with what the units are like otherwise.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition, string what, TimeSpan? patience = null)
    {
        Stopwatch watch = Stopwatch.StartNew();
        Exception? last = null;
        while (watch.Elapsed < (patience ?? s_patience))
        {
            try
            {
                if (await condition())
                    return;
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                last = e;
            }

            await Task.Delay(s_pause);
        }

        ProgramResult units = await CorenodeAsync(FirstRunning(), "unit", "list");
        Assert.Fail($"{what}: not within {watch.Elapsed}; {last?.Message}\n{units.Output}{units.Error}\n"
            + Machines.Words());
    }

    /// <summary>Waits until the unit is active on that many machines and really runs as often.</summary>
    public Task UntilActiveAsync(string unit, int copies = 1) => UntilAsync(
        async () => (await ActiveOnAsync(unit)).Count == copies && CopiesOf(unit).Count == copies,
        $"{unit} active on {copies} machines");

    /// <summary>Waits until nobody reports a state of a unit that was destroyed, and nothing of it runs.</summary>
    public Task UntilGoneAsync(string unit) => UntilAsync(
        async () => CopiesOf(unit).Count == 0
            && (await GetAsync($"/fleet/v1/state?unitName={Uri.EscapeDataString(unit)}"))["states"]
                is null or JsonArray { Count: 0 },
        $"nothing is left of {unit}");

    public async ValueTask DisposeAsync()
    {
        await Machines.DisposeAsync();

        // Units outlive their supervisor on purpose.
        foreach (int pid in CopiesOf(""))
            Signals.Send(pid, Signals.Kill);
        _folder.Dispose();
    }

    private static string Url(int number, int port, bool isIsolated) => string.Create(
        CultureInfo.InvariantCulture,
        $"http://{(isIsolated ? PacketNetwork.Address(number).ToString() : "127.0.0.1")}:{port}");

    private int FirstRunning() =>
        ClusterProcesses.PlaceOf(Machines.Members.First(m => m.IsRunning && !_paused.Contains(m)));

    private async Task<ProgramResult> RunAsync(string program, string[] arguments)
    {
        Task<ProgramResult> Start() => ProgramResult.OfAsync(program, arguments);
        return await (Machines.Clients is { } home ? home.Run(Start) : Start());
    }

    private bool IsOf(string folder, string unit)
    {
        try
        {
            string environment = File.ReadAllText(Path.Combine(folder, "environ"));
            return environment.Contains($"MARK={_mark}\0", StringComparison.Ordinal)
                && (unit.Length == 0 || environment.Contains($"UNIT={unit}\0", StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended meanwhile.
            return false;
        }
    }
}
