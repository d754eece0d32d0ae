using System.CommandLine;
using System.Globalization;
using CoreNode.Api.Client;

namespace CoreNode.Cli;

/// <summary>The options that every command has.</summary>
internal sealed class GlobalOptions
{
    /// <summary>Where a node that runs here is reached without a password and without TCP.</summary>
    public const string DefaultSocket = "/run/corenode/corenode.sock";

    private const string DefaultEndpoint = "http://127.0.0.1:2379";

    private string? _typedUser;

    public Option<string> Endpoints { get; } = new("--endpoints")
    {
        Description = "nodes to ask, tried in this order; default: $CORENODE_ENDPOINTS, else the unix socket "
            + $"{DefaultSocket}, else {DefaultEndpoint}",
        HelpName = "URL,…",
        Recursive = true,
    };

    public Option<string> Output { get; } = MakeOutput();

    public Option<TimeSpan> Timeout { get; } = MakeTimeout();

    public Option<string> CaFile { get; } = File("--cacert", "CA certificates that nodes are checked against (PEM)");

    public Option<string> CertFile { get; } = File("--cert", "client certificate (PEM)");

    public Option<string> KeyFile { get; } = File("--key", "key of the client certificate (PEM)");

    public Option<string> User { get; } = new("--user")
    {
        Description = "who you are, where the store asks for it; without :P the password is asked for. "
            + "Default: $CORENODE_USER",
        HelpName = "U:P",
        Recursive = true,
    };

    public Option<string> Tunnel { get; } = new("--tunnel")
    {
        Description = "reach the node through that machine by the system's ssh: its unix socket, or what --endpoints "
            + "names as seen from there",
        HelpName = "USER@HOST",
        Recursive = true,
    };

    public IEnumerable<Option> All => [Endpoints, Output, Timeout, CaFile, CertFile, KeyFile, User, Tunnel];

    /// <summary>Where the tunnel of this run begins; null without one.</summary>
    public string? Tunnelled { get; set; }

    /// <summary>True for <c>-o json</c>.</summary>
    public bool IsJson(ParseResult parsed) => parsed.GetValue(Output) == "json";

    /// <summary>What the client is to use; problems are told as a <see cref="UsageException"/>.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="host">The process.</param>
    /// <param name="standard">Whom to ask where the command line names nobody; null: a node.</param>
    public ClientOptions ToClientOptions(ParseResult parsed, CliHost host, string? standard = null)
    {
        var endpoints = new List<ClientEndpoint>();
        string text = Tunnelled ?? parsed.GetValue(Endpoints) ?? standard ?? DefaultEndpoints(host);
        foreach (string one in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!ClientEndpoint.TryParse(one, out ClientEndpoint? endpoint, out string? problem))
                throw new UsageException($"--endpoints: {problem}");
            endpoints.Add(endpoint);
        }

        if (endpoints.Count == 0)
            throw new UsageException("--endpoints is empty; write http://HOST:PORT, several with commas");
        TimeSpan timeout = parsed.GetValue(Timeout);
        return new ClientOptions
        {
            Endpoints = endpoints,
            RequestTimeout = timeout,
            ConnectTimeout = timeout < TimeSpan.FromSeconds(3) ? timeout : TimeSpan.FromSeconds(3),
            CaFile = parsed.GetValue(CaFile),
            CertFile = parsed.GetValue(CertFile),
            KeyFile = parsed.GetValue(KeyFile),
            User = standard is null ? ReadUser(parsed, host) : null,
            Time = host.Time,
        };
    }

    /// <summary>
    /// What a tunnel leads to: the first of --endpoints, else the socket there of the node, or of the update server for
    /// its commands.
    /// </summary>
    public ClientEndpoint FarEndpoint(ParseResult parsed)
    {
        bool isServers = HelpPage.Path(parsed.CommandResult.Command).StartsWith(
            "corenode update-server ", StringComparison.Ordinal);
        string socket = isServers ? UpdateServer.ServerCall.DefaultSocket : DefaultSocket;
        string text = (parsed.GetValue(Endpoints) ?? $"unix://{socket}").Split(',')[0];
        if (!ClientEndpoint.TryParse(text, out ClientEndpoint? endpoint, out string? problem))
            throw new UsageException($"--endpoints: {problem}");
        if (endpoint.SocketPath is null && endpoint.BaseUri.Scheme == Uri.UriSchemeHttps)
            throw new UsageException(
                "--tunnel: the certificate of an https endpoint is not valid for the near end; name an http:// or "
                + "unix:// endpoint of that machine, ssh encrypts the way there");
        return endpoint;
    }

    // Asked for once a run, however many clients it opens.
    private string? ReadUser(ParseResult parsed, CliHost host)
    {
        string? user = parsed.GetValue(User) ?? host.Environment("CORENODE_USER");
        if (string.IsNullOrEmpty(user) || user.Contains(':', StringComparison.Ordinal))
            return string.IsNullOrEmpty(user) ? null : user;
        return _typedUser ??= $"{user}:{PasswordInput.Ask(host, $"Password of {user}: ")}";
    }

    private static string DefaultEndpoints(CliHost host)
    {
        string? named = host.Environment("CORENODE_ENDPOINTS");
        if (!string.IsNullOrWhiteSpace(named))
            return named;
        return System.IO.File.Exists(DefaultSocket) ? $"unix://{DefaultSocket}" : DefaultEndpoint;
    }

    private static Option<string> MakeOutput()
    {
        var option = new Option<string>("--output", "-o")
        {
            Description = "text for people, json for programs",
            HelpName = "text|json",
            Recursive = true,
            DefaultValueFactory = _ => "text",
            CustomParser = result =>
            {
                string value = result.Tokens[0].Value;
                if (value is not ("text" or "json"))
                    result.AddError($"--output is text or json, not '{value}'");
                return value;
            },
        };
        return option;
    }

    private static Option<TimeSpan> MakeTimeout() => new("--timeout")
    {
        Description = "longest wait for one node's answer, in seconds",
        HelpName = "S",
        Recursive = true,
        DefaultValueFactory = _ => TimeSpan.FromSeconds(10),
        CustomParser = result =>
        {
            string value = result.Tokens[0].Value;
            bool isNumber = double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                out double seconds);
            if (isNumber && seconds is > 0 and <= 86400)
                return TimeSpan.FromSeconds(seconds);
            result.AddError($"--timeout is a number of seconds, such as 5 or 0.5, not '{value}'");
            return default;
        },
    };

    private static Option<string> File(string name, string description) =>
        new(name) { Description = description, HelpName = "FILE", Recursive = true };
}
