using System.Globalization;
using System.Text;
using CoreNode.Api;
using CoreNode.Api.UpdateServer;
using CoreNode.Foundation;
using CoreNode.Hosting.UpdateServer;
using CoreNode.Platform;
using CoreNode.Tests.Cli;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Platform.Codecs;
using CoreNode.Updates.Client.Exchange;
using CoreNode.Updates.Keys;
using CoreNode.Updates.Server;
using Microsoft.Extensions.Logging.Abstractions;
using Catalogues = CoreNode.Updates.Server.UpdateServer;

namespace CoreNode.Tests.Api.UpdateServer;

/// <summary>
/// An update server behind real listeners, TCP and a unix socket whose processes are administrators, with keys and
/// payloads of the test.
/// </summary>
internal sealed class UpdateServerHarness : IAsyncDisposable
{
    public const string AppId = "e96281a6-d1af-4bde-9a0a-97b76e56dc57";
    public const string Board = "amd64-usr";

    private readonly TestFolder _folder = new();
    private readonly MetricRegistry _metrics = new();
    private Catalogues? _server;
    private UpdateServerApi? _api;

    private UpdateServerHarness()
    {
    }

    public IUpdateServer Server => _server!;

    public TestFolder Folder => _folder;

    /// <summary>Where it serves over TCP.</summary>
    public Uri Url => _api!.BoundUrls[0];

    public string SocketPath => _folder.File("sock");

    /// <summary>The unix socket, as clients are told it.</summary>
    public string Socket => $"unix://{SocketPath}";

    /// <summary>Starts one that knows nothing yet.</summary>
    public static async Task<UpdateServerHarness> StartAsync(
        UpdateServerSettings? settings = null, Func<ApiOptions, ApiOptions>? change = null)
    {
        UpdateServerHarness harness = new();
        Directory.CreateDirectory(harness._folder.File("keys"));
        harness._server = Catalogues.Open(
            new UpdateServerOptions { Folder = harness._folder.File("data") },
            new UpdateServerTools
            {
                Files = new RealFiles(),
                Time = TimeProvider.System,
                Trust = () => TrustFolder.Read(harness._folder.File("keys")).Keys,
                Upstream = new UpstreamServers(
                    null, static _ => null, "1.2.3",
                    new TransferLimits { NoNetworkPause = TimeSpan.FromMilliseconds(20) }),
                Metrics = harness._metrics,
                Log = NullLogger.Instance,
            });
        ApiOptions options = new()
        {
            ProgramVersion = "1.2.3",
            ListenClientUrls = [new Uri("http://127.0.0.1:0")],
            UnixSocketPath = harness.SocketPath,
        };
        harness._api = new UpdateServerApi(
            change is null ? options : change(options), settings ?? new UpdateServerSettings(), harness._server,
            harness._metrics, TimeProvider.System, NullLoggerFactory.Instance);
        await harness._api.StartAsync(CancellationToken.None);
        return harness;
    }

    /// <summary>Makes an application, a channel that leads to a package of this version, and a group.</summary>
    public async Task SeedAsync(string version = "1.4.1", params string[] policy)
    {
        await DoneAsync("app", "add", "os", "--id", AppId);
        await DoneAsync("package", "add", await MakePayloadAsync(version));
        await DoneAsync("channel", "add", "stable");
        await DoneAsync("channel", "set", "stable", version);
        await DoneAsync(["group", "add", "servers", "--channel", "stable", .. policy]);
    }

    /// <summary>Makes a payload of a version, signed by a key that the server trusts.</summary>
    public async Task<string> MakePayloadAsync(string version)
    {
        if (!File.Exists(_folder.File("a.key")))
        {
            await CommandAsync("key", "new", _folder.File("a.key"), "--type", "ecdsa-p256");
            File.Copy(_folder.File("a.pub.pem"), _folder.File("keys/a.pem"));
        }

        string image = _folder.File($"{version}.img");
        await File.WriteAllBytesAsync(image, CodecSample.Make(300_000, seed: (ulong)version.Length + version[^1]));
        await CommandAsync(
            "payload", "create", image, "--key", _folder.File("a.key"), "--version", version, "--board", Board);
        return image + ".payload";
    }

    /// <summary>Runs `corenode update-server …` over the unix socket.</summary>
    public Task<CliRun> RunAsync(params string[] args) =>
        CliRun.OfAsync(["update-server", .. args, "--endpoints", Socket]);

    /// <summary>The same; it must be done.</summary>
    public async Task<string> DoneAsync(params string[] args)
    {
        CliRun run = await RunAsync(args);
        Assert.That(run.ExitCode, Is.Zero, $"{string.Join(' ', args)}: {run.Error}{run.Output}");
        return run.Output;
    }

    /// <summary>One request over TCP.</summary>
    public async Task<RawAnswer> AskAsync(string method, string target, string body = "", string headers = "")
    {
        await using RawClient client = await RawClient.OpenAsync(Url);
        return await client.AskAsync(method, target, headers, body);
    }

    /// <summary>One request below the root of REST over the unix socket.</summary>
    public async Task<RawAnswer> RestAsync(string method, string path, string body = "", string headers = "")
    {
        await using RawClient client = await RawClient.OpenAsync(SocketPath);
        return await client.AskAsync(method, "/corenode/v1/update-server/" + path, headers, body);
    }

    /// <summary>A machine asks; the answer's XML.</summary>
    public async Task<string> CheckAsync(
        string machine, string version, string group = "servers", string events = "", bool isCheck = true)
    {
        RawAnswer answer = await AskAsync("POST", "/v1/update/", Request(machine, version, group, events, isCheck));
        Assert.That(answer.Status, Is.EqualTo(200), answer.Body);
        return answer.Body;
    }

    /// <summary>A machine tells an event.</summary>
    public Task<string> TellAsync(string machine, string version, int type, int result, int code = 0)
    {
        string error = code == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" errorcode=\"{code}\"");
        return CheckAsync(
            machine, version, events: $"<event eventtype=\"{type}\" eventresult=\"{result}\"{error}/>", isCheck: false);
    }

    /// <summary>What a machine of CoreOS' kind sends.</summary>
    public static string Request(
        string machine, string version, string group = "servers", string events = "", bool isCheck = true)
    {
        StringBuilder text = new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        text.Append("<request protocol=\"3.0\" version=\"update_engine-0.4.10\"")
            .Append(" updaterversion=\"update_engine-0.4.10\" installsource=\"scheduler\" ismachine=\"1\">")
            .Append("<os version=\"Chateau\" platform=\"CoreOS\" sp=\"1.0_x86_64\"></os>")
            .Append(CultureInfo.InvariantCulture, $"<app appid=\"{{{AppId}}}\" version=\"{version}\"")
            .Append(CultureInfo.InvariantCulture, $" track=\"{group}\" bootid=\"{{b}}\" machineid=\"{machine}\"")
            .Append(CultureInfo.InvariantCulture, $" board=\"{Board}\" delta_okay=\"false\">")
            .Append(events);
        if (isCheck)
            text.Append("<ping active=\"1\"></ping><updatecheck></updatecheck>");
        return text.Append("</app></request>").ToString();
    }

    public async ValueTask DisposeAsync()
    {
        if (_api is not null)
            await _api.DisposeAsync();
        _server?.Dispose();
        _folder.Dispose();
    }

    private static async Task CommandAsync(params string[] args)
    {
        CliRun run = await CliRun.OfAsync(args);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
    }
}
