using System.Diagnostics;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace CoreNode.Tests.EndToEnd.Clusters;

/// <summary>
/// Machines that run the same command with the same configuration file, each in a network namespace and a folder of
/// its own, with the certificate that one private CA gave it. Place 0 of their network is for the discovery service
/// and for clients. Owned by one test.
/// </summary>
internal sealed class AlikeMachines : IAsyncDisposable
{
    private const string DiscoveryUrl = "http://10.77.0.10:8087";
    private const int WordsShown = 1500;
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly TestFolder _folder = new();
    private readonly PacketNetwork _network;
    private readonly RunningProgram?[] _machines;
    private RunningProgram? _discovery;
    private HttpClient? _http;

    /// <summary>Nothing runs yet.</summary>
    public AlikeMachines(int count)
    {
        _network = new PacketNetwork(count + 1, seed: 1);
        _machines = new RunningProgram?[count + 1];
    }

    /// <summary>Numbers of all machines.</summary>
    public IEnumerable<int> All => Enumerable.Range(1, _machines.Length - 1);

    /// <summary>Makes the CA, a certificate for each machine and one for clients.</summary>
    public async Task MakeCertificatesAsync()
    {
        await RunAsync("pki", "init", "--dir", Pki(""));
        foreach (int machine in All)
            await RunAsync("pki", "issue", "member", $"n{machine}", "--san", Host(machine), "--dir", Pki(""));
        await RunAsync("pki", "issue", "client", "app", "--dir", Pki(""));
        _http = MakeClient(X509Certificate2.CreateFromPemFile(Pki("app.crt"), Pki("app.key")));
    }

    /// <summary>Starts the discovery service and gives the URL of a new token.</summary>
    public async Task<string> StartDiscoveryAsync(int size)
    {
        _discovery = _network[0].Run(() => RunningProgram.Start(TestPrograms.Corenode(),
            ["discovery", "serve", "--listen-client-urls", DiscoveryUrl, "--data-dir", _folder.File("discovery")]));
        using HttpClient plain = new(NamespaceSockets.Handler(_network[0]));
        await UntilAsync(
            async () => (await plain.GetAsync(DiscoveryUrl + "/health")).IsSuccessStatusCode, "the discovery service");
        return (await plain.GetStringAsync($"{DiscoveryUrl}/new?size={size}")).Trim();
    }

    /// <summary>Ends the discovery service.</summary>
    public void StopDiscovery()
    {
        _discovery?.Dispose();
        _discovery = null;
    }

    /// <summary>Writes the same configuration for every machine.</summary>
    public void Configure(string discovery)
    {
        foreach (int machine in All)
        {
            Directory.CreateDirectory(_folder.File($"n{machine}"));
            File.Copy(Pki($"n{machine}.crt"), Place(machine, "node.crt"));
            File.Copy(Pki($"n{machine}.key"), Place(machine, "node.key"));
            File.Copy(Pki("ca.crt"), Place(machine, "ca.crt"));
            File.WriteAllText(Place(machine, "node.yaml"), $"""
                discovery: {discovery}
                data-dir: data
                unix-socket: corenode.sock
                listen-client-urls: https://0.0.0.0:2379
                listen-peer-urls: https://0.0.0.0:2380
                cert-file: node.crt
                key-file: node.key
                trusted-ca-file: ca.crt
                peer-cert-file: node.crt
                peer-key-file: node.key
                peer-trusted-ca-file: ca.crt

                """);
        }
    }

    /// <summary>Starts machines, all with the same words.</summary>
    public void Start(IEnumerable<int> machines)
    {
        foreach (int machine in machines)
        {
            _machines[machine]?.Dispose();
            _machines[machine] = _network[machine].Run(() => RunningProgram.Start("/bin/sh",
                ["-c", "cd \"$1\" && exec \"$2\" node --config node.yaml", "sh", _folder.File($"n{machine}"),
                    TestPrograms.Corenode()]));
        }
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync(IEnumerable<int> machines)
    {
        foreach (int machine in machines)
        {
            Signals.Send(_machines[machine]!.Pid, Signals.Kill);
            await _machines[machine]!.WaitForExitAsync(s_deadline);
        }
    }

    /// <summary>What a machine said since its last start.</summary>
    public string Words(int machine) => _machines[machine]?.StandardError ?? "";

    /// <summary>The names of the members as a machine lists them.</summary>
    public async Task<string[]> MembersAsync(int machine)
    {
        JsonNode list = JsonNode.Parse(await _http!.GetStringAsync(Url(machine) + "/v2/members"))!;
        return [.. list["members"]!.AsArray().Select(static m => (string)m!["name"]!).Order(StringComparer.Ordinal)];
    }

    /// <summary>Writes a key at a machine; true if that succeeded.</summary>
    public async Task<bool> PutAsync(int machine, string key, string value)
    {
        using FormUrlEncodedContent form = new([new("value", value)]);
        using HttpResponseMessage answer = await _http!.PutAsync($"{Url(machine)}/v2/keys/{key}", form);
        return answer.IsSuccessStatusCode;
    }

    /// <summary>Reads a key at a machine, confirmed by a quorum; empty without one.</summary>
    public async Task<string> GetAsync(int machine, string key)
    {
        using HttpResponseMessage answer = await _http!.GetAsync($"{Url(machine)}/v2/keys/{key}?quorum=true");
        return answer.IsSuccessStatusCode
            ? (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["node"]!["value"]! : "";
    }

    /// <summary>A client without a certificate; whatever certificate a machine shows is good to it.</summary>
    public HttpClient Stranger() => MakeClient(null);

    /// <summary>Where a machine serves clients.</summary>
    public static string Url(int machine) => $"https://{Host(machine)}:2379";

    /// <summary>The name that a machine gives itself.</summary>
    public static string Host(int machine) => PacketNetwork.Address(machine).ToString();

    /// <summary>Asks again and again; fails with what the machines said.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        Stopwatch watch = Stopwatch.StartNew();
        Exception? last = null;
        while (watch.Elapsed < s_deadline)
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

        throw new TimeoutException($"waited in vain: {what} ({last?.Message})\n{AllWords()}");
    }

    public ValueTask DisposeAsync()
    {
        foreach (RunningProgram? machine in _machines)
            machine?.Dispose();
        _discovery?.Dispose();
        _http?.Dispose();
        _network.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private string Pki(string name) => Path.Combine(_folder.File("pki"), name);

    private string Place(int machine, string name) => Path.Combine(_folder.File($"n{machine}"), name);

    private string AllWords() =>
        string.Join('\n', All.Select(m => $"--- {m}: {Words(m)[^Math.Min(WordsShown, Words(m).Length)..]}"));

    private HttpClient MakeClient(X509Certificate2? certificate)
    {
        SocketsHttpHandler handler = NamespaceSockets.Handler(_network[0]);
        handler.SslOptions = new SslClientAuthenticationOptions { TargetHost = null };
        if (certificate is null)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        }
        else
        {
            X509ChainPolicy policy = new()
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.ImportFromPemFile(Pki("ca.crt"));
            handler.SslOptions.CertificateChainPolicy = policy;
            handler.SslOptions.ClientCertificates = [certificate];
        }

        return new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(10) };
    }

    private static async Task RunAsync(params string[] words)
    {
        ProgramResult result = await ProgramResult.OfAsync(TestPrograms.Corenode(), words);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
    }
}
