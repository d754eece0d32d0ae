using System.Globalization;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.EndToEnd.Units.Systemd;

/// <summary>
/// One machine of <see cref="SystemdCluster"/>: a container with a systemd of its own that runs the native binary under
/// packaging's corenode.service.
/// </summary>
internal sealed class SystemdNode
{
    /// <summary>The service of the node itself.</summary>
    public const string Service = "corenode.service";

    private const int ClientPort = 2379;
    private const int AdminPort = 49153;

    // Under the name fleetctl the binary is fleetctl.
    private const string Fleetctl = "/opt/fleetctl";

    private SystemdNode(SystemdContainer container, NetworkNamespace network, int number)
    {
        Container = container;
        Network = network;
        Number = number;
        MachineId = File.ReadAllText(container.Inside("etc/machine-id")).Trim();
    }

    /// <summary>The machine.</summary>
    public SystemdContainer Container { get; }

    /// <summary>Its network.</summary>
    public NetworkNamespace Network { get; }

    /// <summary>From 1 on; its place in the network, and its metadata n.</summary>
    public int Number { get; }

    /// <summary>Its /etc/machine-id.</summary>
    public string MachineId { get; }

    /// <summary>Where its store is served.</summary>
    public string ClientUrl => Url(Number, ClientPort);

    /// <summary>Where units are served.</summary>
    public string AdminUrl => Url(Number, AdminPort);

    /// <summary>Makes a machine that is to be one of <paramref name="count"/>; nothing runs yet.</summary>
    public static async Task<SystemdNode> PrepareAsync(NetworkNamespace network, int number, int count, string lease)
    {
        SystemdNode node = new(await SystemdContainer.PrepareAsync(network.Path), network, number);
        string members = string.Join(',', Enumerable.Range(1, count).Select(static n => $"n{n}={PeerUrl(n)}"));
        await File.WriteAllTextAsync(node.Container.Inside("etc/default/corenode"), $"""
            CORENODE_NAME=n{number}
            CORENODE_INITIAL_CLUSTER={members}
            CORENODE_INITIAL_CLUSTER_TOKEN=a-secret-of-this-test
            CORENODE_LISTEN_PEER_URLS={PeerUrl(number)}
            CORENODE_INITIAL_ADVERTISE_PEER_URLS={PeerUrl(number)}
            CORENODE_LISTEN_CLIENT_URLS={node.ClientUrl}
            CORENODE_LISTEN_ADMIN_URLS={node.AdminUrl}
            CORENODE_INSECURE_ADMIN=true
            CORENODE_FLEET_SOCKET=/run/fleet.sock
            CORENODE_PUBLIC_IP={PacketNetwork.Address(number)}
            CORENODE_METADATA=n={number}
            CORENODE_UNITS_LEASE={lease}

            """);
        File.CreateSymbolicLink(
            node.Container.Inside($"etc/systemd/system/multi-user.target.wants/{Service}"),
            $"/etc/systemd/system/{Service}");
        File.CreateSymbolicLink(node.Container.Inside(Fleetctl[1..]), SystemdContainer.Binary);
        return node;
    }

    /// <summary>Settings of its node, for its next start: NAME=VALUE each.</summary>
    public void Set(params string[] settings) =>
        File.AppendAllLines(Container.Inside("etc/default/corenode"), settings);

    /// <summary>Writes a unit file on its disk; gives the path that its programs find it by.</summary>
    public string Write(string name, string text)
    {
        File.WriteAllText(Container.Inside($"root/{name}"), text);
        return $"/root/{name}";
    }

    /// <summary>A unit as its systemd has it.</summary>
    public async Task<SystemdState> StateAsync(string unit)
    {
        string shown = (await Container.RunAsync(
            "systemctl", "show", "-p", "LoadState,ActiveState,SubState,MainPID,InvocationID", unit)).Output;
        Dictionary<string, string> values = shown.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => line.Split('=', 2)).ToDictionary(static pair => pair[0], static pair => pair[1]);
        return new SystemdState(
            values["LoadState"], values["ActiveState"], values["SubState"],
            int.Parse(values.GetValueOrDefault("MainPID", "0"), CultureInfo.InvariantCulture), values["InvocationID"]);
    }

    /// <summary>True while a process of the machine has this number.</summary>
    public bool Lives(int pid) => Directory.Exists(Container.OfRunning($"/proc/{pid}"));

    /// <summary>A call of systemctl that must succeed.</summary>
    public async Task SystemctlAsync(params string[] arguments)
    {
        ProgramResult result = await Container.RunAsync("systemctl", arguments);
        if (result.ExitCode != 0)
        {
            Assert.Fail($"n{Number}: systemctl {string.Join(' ', arguments)}: {result.Error}\n"
                + await Container.JournalAsync(Service));
        }
    }

    /// <summary>corenode on this machine, as its root, over the node's unix socket.</summary>
    public Task<ProgramResult> TryCorenodeAsync(params string[] arguments) =>
        Container.RunAsync(SystemdContainer.Binary, arguments);

    /// <summary>The same, which must succeed; gives its standard output.</summary>
    public async Task<string> CorenodeAsync(params string[] arguments) =>
        Output(await TryCorenodeAsync(arguments), arguments);

    /// <summary>The binary as fleetctl on this machine, over fleet's own socket; it must succeed.</summary>
    public async Task<string> FleetAsync(params string[] arguments) =>
        Output(await Container.RunAsync(Fleetctl, arguments), arguments);

    private static string Output(ProgramResult result, string[] arguments)
    {
        Assert.That(result.ExitCode, Is.Zero, $"{string.Join(' ', arguments)}: {result.Output}{result.Error}");
        return result.Output;
    }

    private static string PeerUrl(int number) => Url(number, 2380);

    private static string Url(int number, int port) =>
        string.Create(CultureInfo.InvariantCulture, $"http://{PacketNetwork.Address(number)}:{port}");
}
