using System.Text;
using CoreNode.Api.Client;
using CoreNode.Cli.Discovery;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Cli.Etcdctl;

/// <summary>One run as etcdctl: its global flags, its client, its way to print.</summary>
internal sealed class EtcdctlSession(CliHost host, GoFlagSet globals) : IDisposable
{
    private static readonly TimeSpan s_defaultTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_defaultTotalTimeout = TimeSpan.FromSeconds(5);

    private V2Client? _client;
    private string? _user;
    private string? _discovered;

    public CliHost Host { get; } = host;

    public string OutputFormat { get; } = globals.Text("output") ?? "simple";

    public bool IsDebug { get; } = globals.Has("debug");

    private TimeSpan TotalTimeout => globals.Duration("total-timeout") ?? s_defaultTotalTimeout;

    /// <summary>The first argument, or etcdctl's complaint.</summary>
    public static string Key(GoFlagSet flags) => flags.Arguments.Count > 0
        ? flags.Arguments[0]
        : throw EtcdctlException.Error(EtcdctlExit.BadArguments, "key required");

    /// <summary>
    /// A request path as etcd's client makes it: cleaned as a whole, so that ".." can leave the keys, and with its
    /// trailing slash.
    /// </summary>
    public static string Path(string key)
    {
        string full = KeyPath.KeysPrefix + (key.Length == 0 || key[0] == '/' ? key : "/" + key);
        string clean = KeyPath.Clean(full);
        return KeyPath.Escape(full.EndsWith('/') && clean != "/" ? clean + "/" : clean);
    }

    /// <summary>A lifetime flag as Go multiplies it: what overflows or is not positive means none.</summary>
    public static TimeSpan? Ttl(GoFlagSet flags)
    {
        long nanoseconds = unchecked(flags.Number("ttl") * 1_000_000_000);
        return nanoseconds > 0 ? new TimeSpan(nanoseconds / 100) : null;
    }

    public static StoreIndex Index(GoFlagSet flags, string name) => new(unchecked((ulong)flags.Number(name)));

    public static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    /// <summary>The second argument, else all of standard input.</summary>
    public async Task<byte[]> ReadValueAsync(GoFlagSet flags)
    {
        if (flags.Arguments.Count > 1)
            return Encoding.UTF8.GetBytes(flags.Arguments[1]);
        using var bytes = new MemoryStream();
        await Host.Input.CopyToAsync(bytes, Host.Cancellation);
        return bytes.Length > 0
            ? bytes.ToArray()
            : throw EtcdctlException.Error(EtcdctlExit.BadArguments, "value required");
    }

    /// <summary>
    /// Asks DNS for the members if --discovery-srv says so. Those without TLS count only if they are asked for; where
    /// none is left the other flags and the default do, as in etcdctl.
    /// </summary>
    public async Task DiscoverAsync()
    {
        if (NotEmpty(globals.Text("discovery-srv")) is not { } domain || Host.FindServices is not { } find)
            return;
        string zone = domain.Trim('.');
        ServiceTargets secure = await find($"_etcd-client-ssl._tcp.{zone}", Host.Cancellation);
        ServiceTargets plain = await find($"_etcd-client._tcp.{zone}", Host.Cancellation);
        if (secure.Targets.Count + plain.Targets.Count == 0)
        {
            throw new EtcdctlException(
                EtcdctlExit.BadArguments, $"dns lookup errors: {secure.Problem} and {plain.Problem}");
        }

        List<string> endpoints = [.. secure.Targets.Select(static target => "https://" + target)];
        foreach (string endpoint in plain.Targets.Select(static target => "http://" + target))
        {
            if (globals.Has("insecure-discovery"))
                endpoints.Add(endpoint);
            else
                await Host.Error.WriteLineAsync($"ignoring discovered insecure endpoint \"{endpoint}\"");
        }

        if (endpoints.Count > 0)
            _discovered = string.Join(',', endpoints);
    }

    /// <summary>
    /// The client; with <paramref name="syncs"/> it first learns the members' own URLs, unless told not to.
    /// </summary>
    public async Task<V2Client> OpenAsync(bool syncs = true)
    {
        await ReadUserAsync();
        ClientOptions options = MakeOptions();
        _client = new V2Client(options);
        bool isSocket = options.Endpoints.Any(endpoint => endpoint.SocketPath is not null);
        if (syncs && !isSocket && !globals.Has("no-sync"))
            options = await SyncAsync(options);
        if (IsDebug)
            await Host.Error.WriteLineAsync($"Cluster-Endpoints: {string.Join(", ", options.Endpoints)}");
        return _client;
    }

    /// <summary>
    /// A password: typed without an echo, or the first line of what is piped in. The prompt goes to standard output as
    /// etcdctl's does.
    /// </summary>
    public async Task<string> AskSecretAsync(string prompt)
    {
        await Host.Output.WriteAsync(prompt);
        await Host.Output.FlushAsync(Host.Cancellation);
        string secret = Host.IsInputRedirected || Host.ReadSecret is null
            ? await PasswordInput.FirstLineAsync(Host)
            : Host.ReadSecret() ?? "";
        await Host.Output.WriteLineAsync();
        return secret;
    }

    /// <summary>Sends a request on keys within the total timeout.</summary>
    public async Task<KvChange> CallAsync(V2Request request)
    {
        V2Client client = await OpenAsync();
        using var total = new CancellationTokenSource(TotalTimeout, Host.Time);
        try
        {
            return Unwrap(await client.SendAsync(request, total.Token));
        }
        catch (OperationCanceledException) when (total.IsCancellationRequested)
        {
            throw EtcdctlException.Error(EtcdctlExit.ServerError, "context deadline exceeded");
        }
    }

    /// <summary>The change, or the error that etcdctl ends with.</summary>
    public static KvChange Unwrap(V2Reply reply)
    {
        if (reply is V2Reply.Failed failed)
            throw GoErrors.Cluster(EtcdctlExit.ServerError, failed.Failures.Select(GoErrors.Describe));
        var answer = (V2Reply.Answered)reply;
        if (answer.Status >= 500)
            throw GoErrors.Cluster(EtcdctlExit.ServerError, [GoErrors.DescribeUnavailable(answer)]);
        return V2Json.ParseAnswer(answer) switch
        {
            KvOutcome.Done done => done.Change,
            KvOutcome.Refused { Error.Code: 0 } =>
                throw EtcdctlException.Error(EtcdctlExit.ServerError, GoErrors.InvalidJson),
            KvOutcome.Refused refused =>
                throw EtcdctlException.Error(EtcdctlExit.ServerError, refused.Error.ToString()),
            _ => throw new InvalidOperationException("an answer is done or refused"),
        };
    }

    /// <summary>Prints a change in the format asked for.</summary>
    public void Print(KvChange change)
    {
        switch (OutputFormat)
        {
            case "simple":
                Keys.ChangeText.WriteSimple(Host.Output, change);
                break;
            case "extended":
                Keys.ChangeText.WriteExtended(Host.Output, change);
                break;
            case "json":
                Host.Output.WriteLine(EtcdJson.Etcdctl(change));
                break;
            default:
                Host.Error.WriteLine($"Unsupported output format: {OutputFormat}");
                break;
        }
    }

    public ClientOptions MakeOptions()
    {
        var endpoints = new List<ClientEndpoint>();
        foreach (string text in EndpointText().Split(','))
        {
            if (!ClientEndpoint.TryParse(text, out ClientEndpoint? endpoint, out string? problem))
                throw new EtcdctlException(EtcdctlExit.BadArguments, problem);
            endpoints.Add(endpoint);
        }

        TimeSpan timeout = globals.Duration("timeout") ?? s_defaultTimeout;
        return new ClientOptions
        {
            Endpoints = endpoints,
            RequestTimeout = timeout > TimeSpan.Zero ? timeout : Timeout.InfiniteTimeSpan,
            ConnectTimeout = TotalTimeout > TimeSpan.Zero ? TotalTimeout : Timeout.InfiniteTimeSpan,
            LimitsWatchStart = false,
            CaFile = Setting("ca-file", "ETCDCTL_CA_FILE"),
            AuthoritiesFlag = "--ca-file",
            CertFile = Setting("cert-file", "ETCDCTL_CERT_FILE"),
            KeyFile = Setting("key-file", "ETCDCTL_KEY_FILE"),
            User = _user,
            Trace = IsDebug ? TraceRequest : null,
            Time = Host.Time,
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _client?.Dispose();

    private async Task ReadUserAsync()
    {
        if (_user is not null)
            return;
        string? user = NotEmpty(globals.Text("username")) ?? NotEmpty(Host.Environment("ETCDCTL_USERNAME"));
        if (user is not null && !user.Contains(':', StringComparison.Ordinal))
            user = $"{user}:{await AskSecretAsync("Password: ")}";
        _user = user;
    }

    private async Task<ClientOptions> SyncAsync(ClientOptions options)
    {
        string given = string.Join(',', options.Endpoints);
        if (IsDebug)
            await Host.Error.WriteLineAsync($"start to sync cluster using endpoints({given})");
        using var total = new CancellationTokenSource(TotalTimeout, Host.Time);
        MembersOutcome? outcome = null;
        try
        {
            outcome = await _client!.ListMembersAsync(total.Token);
        }
        catch (OperationCanceledException) when (total.IsCancellationRequested)
        {
            // Like any failure but a missing connection: goes on with what was given.
        }

        if (outcome is MembersOutcome.Unreachable unreachable && unreachable.Failures.All(GoErrors.IsConnection))
            throw GoErrors.Cluster(EtcdctlExit.BadConnection, unreachable.Failures.Select(GoErrors.Describe));
        if (outcome is MembersOutcome.Listed listed)
            options = Use(options, listed, given);
        if (IsDebug)
            await Host.Error.WriteLineAsync($"got endpoints({string.Join(',', options.Endpoints)}) after sync");
        return options;
    }

    private ClientOptions Use(ClientOptions options, MembersOutcome.Listed listed, string given)
    {
        var found = new List<ClientEndpoint>();
        foreach (string url in listed.Members.SelectMany(member => member.ClientUrls))
        {
            if (ClientEndpoint.TryParse(url, out ClientEndpoint? endpoint, out _))
                found.Add(endpoint);
        }

        if (found.Count == 0)
        {
            throw new EtcdctlException(
                EtcdctlExit.ServerError,
                "etcd cluster has no published client endpoints.\n"
                + $"Try '--no-sync' if you want to access non-published client endpoints({given}).\n"
                + "Error:  client: no endpoints available");
        }

        _client!.Dispose();
        options = options with { Endpoints = found };
        _client = new V2Client(options);
        return options;
    }

    private string EndpointText() => _discovered
        ?? NotEmpty(globals.Text("endpoints")) ?? NotEmpty(Host.Environment("ETCDCTL_ENDPOINTS"))
        ?? NotEmpty(globals.Text("endpoint")) ?? NotEmpty(Host.Environment("ETCDCTL_ENDPOINT"))
        ?? NotEmpty(globals.Text("peers")) ?? NotEmpty(Host.Environment("ETCDCTL_PEERS"))
        ?? "http://127.0.0.1:2379,http://127.0.0.1:4001";

    private string? Setting(string flag, string variable) =>
        NotEmpty(globals.Text(flag)) ?? NotEmpty(Host.Environment(variable));

    private void TraceRequest(ClientEndpoint endpoint, V2Request request)
    {
        string body = request.Form is null ? "" : $" -d \"{request.Form}\"";
        Host.Error.WriteLine($"cURL Command: curl -X {request.Method} {endpoint}{request.PathAndQuery}{body}");
    }
}
