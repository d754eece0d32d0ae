using System.Globalization;
using CoreNode.Api.Client;
using CoreNode.Api.Client.Units;
using CoreNode.Cli.Etcdctl;

namespace CoreNode.Cli.Fleetctl;

/// <summary>One run as fleetctl: its global flags, its client, its way to print.</summary>
internal sealed class FleetctlSession(CliHost host, GoFlagSet globals) : IAsyncDisposable
{
    private const string DefaultEndpoint = "/var/run/fleet.sock";

    private FleetClient? _client;
    private Tunnel? _tunnel;
    private Dictionary<string, FleetMachine>? _machines;

    public CliHost Host { get; } = host;

    public TextWriter Out => Host.Output;

    public CancellationToken Cancellation => Host.Cancellation;

    /// <summary>Opened before a command runs.</summary>
    public FleetClient Client => _client ?? throw new InvalidOperationException("the client is not open");

    /// <summary>A global flag, else its environment variable, else the default.</summary>
    public string Setting(string flag, string otherwise)
    {
        if (globals.Text(flag) is { } typed)
            return typed;
        string name = "FLEETCTL_" + flag.ToUpperInvariant().Replace('-', '_');
        return Host.Environment(name) is { Length: > 0 } value ? value : otherwise;
    }

    public void Complain(string text) => Host.Error.WriteLine(text);

    /// <summary>Opens the client, through ssh where --tunnel says so.</summary>
    public async Task OpenAsync()
    {
        if (Setting("driver", "API") is not "API" and var driver)
            throw new FleetctlException(
                1, $"Unable to initialize client: driver \"{driver}\" is not spoken here: leave --driver out and name "
                + "the fleet API with --endpoint");
        ClientEndpoint endpoint = FindEndpoint();
        if (Setting("tunnel", "") is { Length: > 0 } through)
        {
            _tunnel = await Tunnel.OpenAsync(Host, Ssh(through), endpoint, SshOptions());
            endpoint = ClientEndpoint.TryParse(_tunnel.Endpoint, out ClientEndpoint? near, out string? problem)
                ? near
                : throw new FleetctlException(1, $"Unable to initialize client: {_tunnel.Endpoint}: {problem}");
        }

        _client = new FleetClient(new ClientOptions
        {
            Endpoints = [endpoint],
            CaFile = NotEmpty(Setting("ca-file", "")),
            AuthoritiesFlag = "--ca-file",
            CertFile = NotEmpty(Setting("cert-file", "")),
            KeyFile = NotEmpty(Setting("key-file", "")),
            Time = Host.Time,
        });
    }

    /// <summary>A machine of the cluster as it was when it was first asked for; null if there is none.</summary>
    public async Task<FleetMachine?> MachineAsync(string id)
    {
        if (_machines is null)
        {
            _machines = new Dictionary<string, FleetMachine>(StringComparer.Ordinal);
            foreach (FleetMachine machine in await Client.MachinesAsync(Cancellation))
                _machines[machine.Id] = machine;
        }

        return _machines.GetValueOrDefault(id);
    }

    /// <summary>1315e07d.../10.0.0.3, or the whole id.</summary>
    public async Task<string> LegendAsync(string id, bool isFull)
    {
        string legend = IdLegend(id, isFull);
        return await MachineAsync(id) is { Ip.Length: > 0 } machine ? $"{legend}/{machine.Ip}" : legend;
    }

    public static string IdLegend(string id, bool isFull) => isFull || id.Length <= 8 ? id : id[..8] + "...";

    /// <summary>ssh's arguments for a machine of the cluster, before its address.</summary>
    public List<string> SshArguments(long port)
    {
        List<string> arguments = [.. SshOptions()];
        arguments.AddRange(["-l", Setting("ssh-username", "core")]);
        if (port is > 0 and not 22)
            arguments.AddRange(["-p", port.ToString(CultureInfo.InvariantCulture)]);
        if (Setting("tunnel", "") is { Length: > 0 } through)
            arguments.AddRange(["-J", Ssh(through).Jump]);
        return arguments;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_tunnel is not null)
            await _tunnel.DisposeAsync();
    }

    private SshTarget Ssh(string text) => SshTarget.Parse(
        "--tunnel", text.Contains('@', StringComparison.Ordinal) ? text : $"{Setting("ssh-username", "core")}@{text}");

    private List<string> SshOptions()
    {
        List<string> options = [];
        if (double.TryParse(
            Setting("ssh-timeout", "10"), NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds))
            options.AddRange(["-o", $"ConnectTimeout={(int)Math.Clamp(Math.Ceiling(seconds), 1, 3600)}"]);
        if (Setting("strict-host-key-checking", "true") is "false" or "0")
            options.AddRange(["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]);
        else if (Setting("known-hosts-file", "") is { Length: > 0 } file)
            options.AddRange(["-o", $"UserKnownHostsFile={file}"]);
        return options;
    }

    private ClientEndpoint FindEndpoint()
    {
        string text = Setting("endpoint", "").Split(',')[0];
        if (text.Length == 0)
            text = "unix://" + (File.Exists(DefaultEndpoint) || !File.Exists(GlobalOptions.DefaultSocket)
                ? DefaultEndpoint : GlobalOptions.DefaultSocket);
        if (!text.Contains("://", StringComparison.Ordinal))
            throw new FleetctlException(1, "Unable to initialize client: URL scheme undefined");
        if (text.StartsWith("file://", StringComparison.Ordinal))
            text = "unix" + text[4..];
        return ClientEndpoint.TryParse(text, out ClientEndpoint? endpoint, out string? problem)
            ? endpoint
            : throw new FleetctlException(1, $"Unable to initialize client: {problem}");
    }

    private static string? NotEmpty(string text) => text.Length == 0 ? null : text;
}
