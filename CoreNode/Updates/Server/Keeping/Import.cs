using CoreNode.Platform;
using CoreNode.Updates.Omaha;
using CoreNode.Updates.Server.Orders;
using CoreNode.Updates.Server.Parcels;
using CoreNode.Updates.Server.Shelves;

namespace CoreNode.Updates.Server.Keeping;

/// <summary>
/// Takes packages from a parcel in, file by file as they come. Each payload is verified as an upload is: what the
/// parcel says of itself is a wish, no proof. Used once.
/// </summary>
internal sealed class Import(Transfers transfers, Ledger ledger, Shelf shelf, Actor who)
{
    private readonly List<string> _notes = [];
    private readonly List<CataloguePackage> _added = [];
    private readonly Dictionary<string, string> _arrived = new(StringComparer.Ordinal);
    private int _files;

    public async Task<ParcelReport> RunAsync(Stream source, string? channel, CancellationToken cancellation)
    {
        try
        {
            return await TakeInAsync(source, channel, cancellation);
        }
        catch (DiskFullException full)
        {
            throw new CatalogueException(CatalogueFault.Full, full.Message, full);
        }
        catch (IOException wrong)
        {
            throw new CatalogueException(CatalogueFault.Invalid, wrong.Message, wrong);
        }
    }

    private async Task<ParcelReport> TakeInAsync(Stream source, string? channel, CancellationToken cancellation)
    {
        using ParcelReader parcel = await ParcelReader.BeginAsync(source, cancellation);
        if (parcel.Kind != ParcelKind.Packages)
            throw OrderDesk.Invalid("that is a backup of a whole server, no export of packages: it is for a restore");
        ParcelEntry? entry = await parcel.NextAsync(cancellation);
        if (entry is not { Kind: ParcelEntryKind.Facts })
            throw new IOException("the file does not say what is in it: take a whole one");
        ParcelFacts facts = ParcelFactsCodec.Read(
            await parcel.ReadAllAsync(entry, ParcelFactsCodec.MostBytes, cancellation));
        try
        {
            await CollectAsync(parcel, facts, cancellation);
            await AddAppAsync(facts, cancellation);
            foreach (CataloguePackage package in facts.Packages)
                await AddAsync(facts, package, cancellation);
        }
        finally
        {
            foreach (string sha256 in _arrived.Keys)
                shelf.Release(sha256);
        }

        if (channel is not null)
            await SetChannelAsync(facts, channel, cancellation);
        return new ParcelReport(parcel.Bytes, Transfers.Versions(_added), _files, _notes);
    }

    // All files first: only at the end is it sure that the parcel is whole.
    private async Task CollectAsync(ParcelReader parcel, ParcelFacts facts, CancellationToken cancellation)
    {
        HashSet<string> named = new(StringComparer.Ordinal);
        foreach (CataloguePackage package in facts.Packages)
        {
            foreach (CatalogueFile file in package.Files)
                named.Add(file.Sha256);
        }

        while (await parcel.NextAsync(cancellation) is { } entry)
        {
            if (entry.Kind != ParcelEntryKind.File || !named.Contains(entry.Name) || _arrived.ContainsKey(entry.Name))
                continue;
            Arrival arrival = await shelf.TakeAsync(parcel.Content, entry.Size, entry.Name, cancellation);
            shelf.Keep(arrival);
            _arrived.Add(arrival.Sha256, arrival.Sha1);
            _files++;
        }
    }

    private async Task AddAppAsync(ParcelFacts facts, CancellationToken cancellation)
    {
        if (ledger.Published.Catalogue.FindApp(facts.App) is not null)
            return;
        AppWish wish = new()
        {
            Id = facts.App,
            Name = facts.AppName,
        };
        await ledger.OrderAsync(desk => AppOrders.Add(desk, who, wish), cancellation);
        _notes.Add($"application {facts.AppName} is new here");
    }

    private async Task AddAsync(ParcelFacts facts, CataloguePackage package, CancellationToken cancellation)
    {
        Catalogue catalogue = ledger.Published.Catalogue;
        if (package.Full is not { } full)
        {
            _notes.Add($"{PackageOrders.Described(package)} has no full payload: left out");
            return;
        }

        CataloguePackage? there = PackageOrders.Find(
            catalogue, catalogue.FindApp(facts.App)!.Id, package.Version, package.Board);
        if (there is null)
        {
            there = await TakeAsync(facts, package, full, cancellation);
            _added.Add(there);
        }
        else
        {
            _notes.Add(there.Full?.Sha256 == full.Sha256
                ? $"{PackageOrders.Described(package)} is there already"
                : $"{PackageOrders.Described(package)} is there already with another payload, which stays");
        }

        foreach (CatalogueFile file in package.Files)
        {
            bool isThere = file == full || AppOrders.Keep(there.Files, one => one.Name == file.Name).Count > 0;
            if (!isThere)
                there = await TakeAsync(there, file, cancellation);
        }
    }

    private async Task<CataloguePackage> TakeAsync(
        ParcelFacts facts, CataloguePackage package, CatalogueFile full, CancellationToken cancellation)
    {
        PackageWish wish = new()
        {
            Version = package.Version,
            Board = package.Board,
            Description = package.Description,
            MoreInfo = package.MoreInfo,
            FileName = full.Name,
            Size = full.Size,
            Sha256 = full.Sha256,
        };
        using Stream content = OpenArrived(full);
        return await transfers.AddPackageAsync(who, facts.App, wish, "import", content, cancellation);
    }

    private async Task<CataloguePackage> TakeAsync(
        CataloguePackage package, CatalogueFile file, CancellationToken cancellation)
    {
        FileWish wish = new()
        {
            Kind = file.Kind,
            Name = file.Name,
            FromVersion = file.FromVersion,
            IsRequired = file.IsRequired,
            Size = file.Size,
            Sha256 = file.Sha256,
        };
        using Stream content = OpenArrived(file);
        return await transfers.AddFileAsync(who, package.Id, wish, content, cancellation);
    }

    private FileStreamOf OpenArrived(CatalogueFile file) => _arrived.ContainsKey(file.Sha256)
        ? new FileStreamOf(shelf.Open(file.Sha256))
        : throw new IOException($"file {file.Name} is named but not in the parcel: export it again");

    private async Task SetChannelAsync(ParcelFacts facts, string name, CancellationToken cancellation)
    {
        CataloguePackage? newest = null;
        foreach (CataloguePackage package in _added)
        {
            if (newest is null || VersionOrder.Compare(package.Version, newest.Version) > 0)
                newest = package;
        }

        if (newest is null)
        {
            _notes.Add($"channel {name} stays as it is: nothing new came");
            return;
        }

        await ledger.OrderAsync(
            desk =>
            {
                CatalogueChannel? channel = null;
                foreach (CatalogueChannel one in desk.Books.Catalogue.Channels)
                {
                    if (one.App == newest.App && one.Name == name && one.Board == newest.Board)
                        channel = one;
                }

                channel ??= ChannelOrders.Add(desk, who, newest.App, name, newest.Board);
                foreach (ParcelFloor floor in facts.Floors)
                    SetFloor(desk, channel, floor);
                return ChannelOrders.SetPackage(desk, who, channel.Id, newest.Id);
            },
            cancellation);
    }

    private void SetFloor(OrderDesk desk, CatalogueChannel channel, ParcelFloor floor)
    {
        CataloguePackage? package = PackageOrders.Find(
            desk.Books.Catalogue, channel.App, floor.Version, floor.Board);
        if (package is not null && package.Board == channel.Board)
            ChannelOrders.SetFloor(desk, who, channel.Id, package.Id, floor.Reason);
    }
}
