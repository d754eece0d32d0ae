using CoreNode.Updates.Omaha;
using CoreNode.Updates.Server.Orders;
using Microsoft.Extensions.Logging;

namespace CoreNode.Updates.Server.Keeping;

/// <summary>
/// Fetches what update servers elsewhere offer into channels of one's own. The server there is not trusted: a payload
/// that does not verify against the trusted keys is not taken. Any thread; one synchronisation at a time.
/// </summary>
internal sealed class UpstreamSync(
    IUpstream? upstream, Ledger ledger, Transfers transfers, TimeProvider time, ILogger log)
    : IDisposable
{
    private const string Client = "corenode-sync";

    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Asks for one channel now.</summary>
    public async Task<SyncReport> RunAsync(Actor who, long channel, CancellationToken cancellation)
    {
        CatalogueUpstream asked = ledger.Published.Catalogue.FindUpstream(channel)
            ?? throw OrderDesk.Missing("that channel follows no server elsewhere");
        await _one.WaitAsync(cancellation);
        try
        {
            SyncReport report = await AskAsync(who, asked, cancellation);
            await NoteAsync(asked, report.Text);
            return report;
        }
        catch (CatalogueException fault)
        {
            await NoteAsync(asked, $"failed: {fault.Message}");
            throw;
        }
        catch (IOException fault)
        {
            await NoteAsync(asked, $"failed: {fault.Message}");
            throw new CatalogueException(CatalogueFault.Unavailable, fault.Message, fault);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Asks for all channels whose time has come.</summary>
    public async Task RunDueAsync(CancellationToken cancellation)
    {
        foreach (CatalogueUpstream asked in ledger.Published.Catalogue.Upstreams)
        {
            if (asked.Checked is { } before && time.GetUtcNow() - before < asked.Every)
                continue;
            try
            {
                await RunAsync(new Actor("sync"), asked.Channel, cancellation);
            }
            catch (CatalogueException fault)
            {
                ServerLog.Problem(log, $"the server {asked.Url} could not be followed: {fault.Message}");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private Task<CatalogueUpstream> NoteAsync(CatalogueUpstream asked, string result) =>
        ledger.OrderAsync(desk => UpstreamOrders.Note(desk, asked, result), CancellationToken.None);

    private async Task<SyncReport> AskAsync(Actor who, CatalogueUpstream asked, CancellationToken cancellation)
    {
        if (upstream is null)
            throw new CatalogueException(CatalogueFault.Unavailable, "this server may ask no others");
        Catalogue catalogue = ledger.Published.Catalogue;
        CatalogueChannel channel = catalogue.FindChannel(asked.Channel)!;
        string running = channel.Package is { } package ? catalogue.FindPackage(package)!.Version : "0.0.0";
        OmahaRequest request = ClientRequests.Check(Machine(asked, running), isOnDemand: false, "");
        request = request with { Apps = [request.Apps[0] with { MultiManifestOkay = true }] };
        Uri server = new(asked.Url);
        OmahaResponse response = await upstream.AskAsync(server, request, cancellation);
        UpdateReply reply = UpdateReplyReader.Read(response, request.Apps[0]);
        switch (reply)
        {
            case UpdateReply.Failed failed:
                throw new IOException(failed.Fault.Message);
            case UpdateReply.Held held:
                return new SyncReport([], held.Hold.Describe());
            case UpdateReply.Offered:
                break;
            default:
                return new SyncReport([], $"up to date with {running}");
        }

        SyncReport report = await TakeAllAsync(who, asked, channel, response, request.Apps[0], cancellation);
        await TellAsync(server, asked, running, cancellation);
        return report;
    }

    private async Task<SyncReport> TakeAllAsync(
        Actor who, CatalogueUpstream asked, CatalogueChannel channel, OmahaResponse response, OmahaApp app,
        CancellationToken cancellation)
    {
        List<string> came = [];
        CataloguePackage? last = null;
        OmahaAppAnswer answer = AnswerOf(response, app);
        foreach (OmahaManifest manifest in answer.UpdateCheck!.Manifests)
        {
            OmahaUpdateAnswer alone = answer.UpdateCheck with { Manifests = [manifest] };
            OmahaResponse one = response with { Apps = [answer with { UpdateCheck = alone }] };
            // Each manifest is read as if it were the only one: all checks of a client hold for it.
            if (UpdateReplyReader.Read(one, app with { Version = "" }) is not UpdateReply.Offered { Offer: var offer })
                throw new IOException($"the server offers a version {manifest.Version} that cannot be read");
            bool isNew = Find(channel, offer) is null;
            CataloguePackage package = await TakeAsync(who, asked, channel, offer, cancellation);
            if (isNew)
                came.Add(PackageOrders.Described(package));
            if (manifest.IsFloor)
            {
                await ledger.OrderAsync(
                    desk => ChannelOrders.SetFloor(desk, who, channel.Id, package.Id, manifest.FloorReason ?? ""),
                    cancellation);
            }
            else
            {
                last = package;
            }
        }

        if (last is null)
            return new SyncReport(came, "only steps on the way were offered");
        await ledger.OrderAsync(
            desk => ChannelOrders.SetPackage(desk, who, channel.Id, last.Id), cancellation);
        return new SyncReport(came, $"leads to {PackageOrders.Described(last)}");
    }

    private CataloguePackage? Find(CatalogueChannel channel, UpdateOffer offer) =>
        PackageOrders.Find(ledger.Published.Catalogue, channel.App, offer.Version, channel.Board);

    private async Task<CataloguePackage> TakeAsync(
        Actor who, CatalogueUpstream asked, CatalogueChannel channel, UpdateOffer offer,
        CancellationToken cancellation)
    {
        if (Find(channel, offer) is { } there)
            return there;
        PackageWish wish = new()
        {
            Version = offer.Version,
            Board = channel.Board,
            MoreInfo = offer.MoreInfo,
            FileName = Uri.UnescapeDataString(offer.Urls[0].Segments[^1]).Trim('/'),
            Size = offer.SizeBytes,
            Sha256 = Convert.ToHexStringLower(Convert.FromBase64String(offer.Sha256)),
        };
        CataloguePackage package = await FetchAsync(
            offer.Urls,
            content => transfers.AddPackageAsync(
                who, channel.App, wish, $"sync {asked.Url}", content, cancellation),
            cancellation);
        foreach (OmahaPackage extra in offer.OtherPackages)
            package = await TakeExtraAsync(who, package, offer, extra, cancellation);
        return package;
    }

    private async Task<CataloguePackage> TakeExtraAsync(
        Actor who, CataloguePackage package, UpdateOffer offer, OmahaPackage extra, CancellationToken cancellation)
    {
        if (extra.Name is not { Length: > 0 } name)
            return package;
        FileWish wish = new()
        {
            Kind = CatalogueFileKind.Extra,
            Name = name,
            IsRequired = extra.IsRequired,
        };
        List<Uri> urls = [];
        foreach (Uri payload in offer.Urls)
            urls.Add(new Uri(payload, name));
        return await FetchAsync(
            urls, content => transfers.AddFileAsync(who, package.Id, wish, content, cancellation), cancellation);
    }

    // One place after the other, till one has it.
    private async Task<CataloguePackage> FetchAsync(
        IReadOnlyList<Uri> urls, Func<Stream, Task<CataloguePackage>> take, CancellationToken cancellation)
    {
        for (int i = 0; ; i++)
        {
            try
            {
                return await upstream!.FetchAsync(urls[i], take, cancellation);
            }
            catch (Exception fault) when (fault is IOException or CatalogueException && i < urls.Count - 1)
            {
                ServerLog.Problem(log, $"{urls[i]} is no good, the next place is tried: {fault.Message}");
            }
        }
    }

    // So that the server there does not wait for an update that is done. No matter if it is not told.
    private async Task TellAsync(
        Uri server, CatalogueUpstream asked, string running, CancellationToken cancellation)
    {
        try
        {
            OmahaRequest told = ClientRequests.Event(Machine(asked, running), isOnDemand: false, OmahaEvent.Installed);
            await upstream!.AskAsync(server, told, cancellation);
        }
        catch (IOException fault)
        {
            ServerLog.Problem(log, $"{server} could not be told that its update is here: {fault.Message}");
        }
    }

    private static OmahaAppAnswer AnswerOf(OmahaResponse response, OmahaApp app)
    {
        foreach (OmahaAppAnswer answer in response.Apps)
        {
            if (answer.Id is { } id && AppId.AreSame(id, app.Id))
                return answer;
        }

        return response.Apps[0];
    }

    private static UpdateMachine Machine(CatalogueUpstream asked, string running) => new()
    {
        Client = Client,
        App = asked.App,
        Version = running,
        Group = asked.Track,
        MachineId = asked.Machine,
        BootId = asked.Machine,
        Board = asked.Board,
    };
}
