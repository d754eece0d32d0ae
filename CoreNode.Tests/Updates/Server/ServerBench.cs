using System.Net;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Platform;
using CoreNode.Tests.Updates.Payload;
using CoreNode.Updates.Keys;
using CoreNode.Updates.Omaha;
using CoreNode.Updates.Payload;
using CoreNode.Updates.Payload.Creating;
using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server;
using CoreNode.Updates.Server.Books;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Updates.Server;

/// <summary>An update server on a folder of its own with a clock by hand, and machines that ask it.</summary>
internal sealed class ServerBench : IDisposable
{
    public const string App = "e96281a6-d1af-4bde-9a0a-97b76e56dc57";
    public const string BaseUrl = "http://updates.test:8080/";

    public static readonly Actor Admin = new("test", "here");

    private static readonly TimeSpan s_step = TimeSpan.FromMinutes(50);
    private static readonly SigningKey s_key = SigningKey.Create(KeyKind.EcdsaP256);
    private static readonly Dictionary<string, byte[]> s_payloads = [];

    private readonly bool _ownsFolder;
    private readonly TimeProvider? _time;
    private readonly IUpstream? _upstream;

    public ServerBench(
        UpdateServerOptions? options = null, string? folder = null, ServerClock? clock = null,
        TimeProvider? time = null, IUpstream? upstream = null)
    {
        _time = time;
        _upstream = upstream;
        _ownsFolder = folder is null;
        Folder = folder ?? Directory.CreateTempSubdirectory("corenode-server-").FullName;
        Clock = clock ?? new ServerClock();
        Options = (options ?? new UpdateServerOptions { Folder = Folder }) with { Folder = Folder };
        Server = Start();
    }

    public string Folder { get; }

    public UpdateServerOptions Options { get; }

    public ServerClock Clock { get; }

    public MetricRegistry Metrics { get; private set; } = new();

    public UpdateServer Server { get; private set; }

    /// <summary>A payload whose metadata a trusted key has signed.</summary>
    public static byte[] Payload(
        string version, ulong counter = 1, string board = "amd64-usr", SigningKey? key = null, ulong expiry = 0,
        string app = "", byte[]? old = null)
    {
        string name = $"{version} {counter} {board} {key?.Public.Id} {expiry} {app} {old is null}";
        lock (s_payloads)
        {
            if (s_payloads.TryGetValue(name, out byte[]? known))
                return known;
        }

        byte[] image = TestImages.Noise(counter, 3 * TestImages.BlockBytes);
        byte[] payload = TestImages.Payload(
            [new CreationImage("root", new MemoryFile(image), old is null ? null : new MemoryFile(old))],
            new PayloadSigner([key ?? s_key]),
            release: new ReleaseInfo
            {
                Version = version,
                Counter = counter,
                Board = board,
                Expiry = expiry,
                AppId = app,
            });
        lock (s_payloads)
            s_payloads[name] = payload;
        return payload;
    }

    /// <summary>Stops the server as an administrator does, and starts it again.</summary>
    public void Restart()
    {
        Server.Dispose();
        Metrics = new MetricRegistry();
        Server = Start();
    }

    /// <summary>The application, a channel, a group that follows it, and a first package that it leads to.</summary>
    public async Task<CatalogueGroup> SetUpAsync(RolloutPolicy? policy = null, string version = "1.0.0")
    {
        await Server.AddAppAsync(Admin, new AppWish { Id = App, Name = "CoreOS" }, CancellationToken.None);
        CatalogueChannel channel = await Server.AddChannelAsync(
            Admin, App, "stable", "amd64-usr", CancellationToken.None);
        CatalogueGroup group = await Server.AddGroupAsync(
            Admin,
            App,
            new GroupWish
            {
                Name = "servers",
                Track = "stable",
                Channel = channel.Id,
                Policy = policy ?? new RolloutPolicy(),
            },
            CancellationToken.None);
        await ReleaseAsync(version, 1);
        return group;
    }

    /// <summary>Adds a package and lets the channel lead to it.</summary>
    public async Task<CataloguePackage> ReleaseAsync(string version, ulong counter)
    {
        CataloguePackage package = await AddAsync(version, counter);
        await Server.SetChannelAsync(Admin, Channel.Id, package.Id, CancellationToken.None);
        return package;
    }

    /// <summary>Adds a package.</summary>
    public async Task<CataloguePackage> AddAsync(string version, ulong counter)
    {
        using MemoryStream payload = new(Payload(version, counter));
        return await Server.AddPackageAsync(Admin, App, new PackageWish(), payload, CancellationToken.None);
    }

    public CatalogueChannel Channel => Server.Catalogue.Channels[0];

    /// <summary>A machine asks; what it understands of the answer.</summary>
    public async Task<UpdateReply> CheckAsync(
        string machine, string version, string? previous = "", bool isOnDemand = false, string group = "stable",
        string board = "amd64-usr", bool deltaOkay = false)
    {
        UpdateMachine self = Machine(machine, version, group, board, deltaOkay);
        OmahaRequest request = ClientRequests.Check(self, isOnDemand, previous);
        OmahaResponse response = await AskAsync(request);
        return UpdateReplyReader.Read(response, request.Apps[0]);
    }

    /// <summary>A machine tells something.</summary>
    public async Task<UpdateReply> TellAsync(
        string machine, string version, OmahaEvent told, string group = "stable", string board = "amd64-usr")
    {
        OmahaRequest request = ClientRequests.Event(Machine(machine, version, group, board, false), false, told);
        return UpdateReplyReader.Read(await AskAsync(request), request.Apps[0]);
    }

    /// <summary>A machine takes an update from offer to reboot.</summary>
    public async Task UpdateAsync(string machine, string from, string to)
    {
        Assert.That(await CheckAsync(machine, from), Is.InstanceOf<UpdateReply.Offered>());
        await TellAsync(machine, from, OmahaEvent.DownloadStarted);
        await TellAsync(machine, from, OmahaEvent.DownloadFinished);
        await TellAsync(machine, from, OmahaEvent.Installed);
        await CheckAsync(machine, to, previous: from);
    }

    public async Task<OmahaResponse> AskAsync(OmahaRequest request, string from = "10.0.0.1")
    {
        OmahaReply reply = await AskAsync(OmahaRequestCodec.Write(request), from);
        Assert.That(reply.HttpStatus, Is.EqualTo(200));
        OmahaResponse? response = OmahaResponseCodec.Read(reply.Body, out OmahaFault? fault);
        Assert.That(fault, Is.Null, Encoding.UTF8.GetString(reply.Body));
        return response!;
    }

    public Task<OmahaReply> AskAsync(byte[] body, string from = "10.0.0.1") =>
        Server.ServeAsync(new OmahaCall(body, BaseUrl, IPAddress.Parse(from)), CancellationToken.None);

    /// <summary>
    /// Time passes for the server while it runs: it does what it does by the clock, and is done with it at the end.
    /// </summary>
    public async Task PassAsync(TimeSpan time)
    {
        for (TimeSpan left = time; left > TimeSpan.Zero; left -= s_step)
        {
            Clock.Advance(left < s_step ? left : s_step);
            // The first question makes it look at the clock; it answers the second one after what was due.
            await Server.GetStandingsAsync("", "", CancellationToken.None);
            await Server.GetStandingsAsync("", "", CancellationToken.None);
        }
    }

    /// <summary>What the server knows of a machine.</summary>
    public async Task<MachineView> SeeAsync(string machine) =>
        (await Server.GetMachineAsync(App, machine, CancellationToken.None))!;

    /// <summary>All that administrators may see, as lines: equal for servers that know the same.</summary>
    public async Task<string> DescribeAsync()
    {
        StringBuilder text = new();
        Catalogue catalogue = Server.Catalogue;
        foreach (CatalogueApp app in catalogue.Apps)
            text.AppendLine(app.ToString());
        foreach (CataloguePackage package in catalogue.Packages)
            text.AppendLine($"{package with { Files = [] }} {string.Join(' ', package.Files)}");
        foreach (CatalogueChannel channel in catalogue.Channels)
            text.AppendLine($"{channel with { Floors = [] }} {string.Join(' ', channel.Floors)}");
        foreach (CatalogueGroup group in catalogue.Groups)
        {
            text.AppendLine(
                $"{group.Id} {group.App} {group.Name} {group.Track} {group.Channel} {group.Created} "
                + PolicyText.Write(group.Policy));
        }

        foreach (CatalogueUpstream upstream in catalogue.Upstreams)
            text.AppendLine(upstream.ToString());
        foreach (AccessToken token in Server.Tokens)
            text.AppendLine(token.ToString());
        foreach (GroupStanding standing in await Server.GetStandingsAsync("", "", CancellationToken.None))
        {
            text.AppendLine(
                $"{standing with { Release = null, ByState = [], ByVersion = [] }} {standing.Release?.Id} "
                + $"{standing.Release?.Version} {string.Join(' ', standing.Release?.Floors ?? [])} "
                + $"{string.Join(' ', standing.ByState)} {string.Join(' ', standing.ByVersion)}");
        }

        MachinePage page = await Server.ListMachinesAsync(
            new MachineQuery { Count = MachineQuery.MostAtOnce }, CancellationToken.None);
        foreach (MachineView machine in page.Machines)
        {
            MachineOverride? wanted = machine.Override;
            text.AppendLine(
                $"{machine with { Override = null }} {wanted?.IsExempt} {wanted?.IsForced} {wanted?.PinnedVersion} "
                + $"{wanted?.IsDespiteStop} {wanted?.GroupId} {wanted?.Note}");
            foreach (MachineEvent told in await Server.GetHistoryAsync(
                machine.App, machine.Machine, 0, 1000, CancellationToken.None))
                text.AppendLine($"  {told}");
        }

        foreach (AuditEntry entry in await Server.GetAuditAsync(0, 1000, CancellationToken.None))
        {
            // Where it was restored from differs on purpose.
            if (entry.What != "server.restore")
                text.AppendLine(entry.ToString());
        }

        return text.ToString();
    }

    public void Dispose()
    {
        Server.Dispose();
        if (_ownsFolder)
            Directory.Delete(Folder, recursive: true);
    }

    private static UpdateMachine Machine(
        string machine, string version, string group, string board, bool deltaOkay) => new()
        {
            Client = "update_engine-0.4.10",
            Version = version,
            Group = group,
            MachineId = machine,
            BootId = "965fb4c5-ad3e-4eb7-a4c2-ca0c0e31ec84",
            Board = board,
            Alias = $"host-{machine}",
            Oem = "ami",
            OemVersion = "0.0.4",
            AlephVersion = "0.9.0",
            DeltaOkay = deltaOkay,
        };

    private UpdateServer Start() => UpdateServer.Open(Options, new UpdateServerTools
    {
        Files = new RealFiles(),
        Time = _time ?? Clock,
        Upstream = _upstream,
        Trust = () => TrustedKeys.Of([s_key.Public]),
        Metrics = Metrics,
        Log = NullLogger.Instance,
    });
}
