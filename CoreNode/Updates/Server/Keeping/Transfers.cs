using System.Globalization;
using CoreNode.Database;
using CoreNode.Platform;
using CoreNode.Updates.Server.Orders;
using CoreNode.Updates.Server.Parcels;
using CoreNode.Updates.Server.Shelves;

namespace CoreNode.Updates.Server.Keeping;

/// <summary>
/// What moves whole files: uploads, backups, exports and imports. Works on the callers' threads and gives the ledger
/// short orders. Any thread.
/// </summary>
internal sealed class Transfers(Ledger ledger, Shelf shelf, Intake intake, IFiles files, string database)
{
    private int _copies;

    /// <summary>Takes a payload in as a new package.</summary>
    public async Task<CataloguePackage> AddPackageAsync(
        Actor who, string app, PackageWish wish, string origin, Stream payload, CancellationToken cancellation)
    {
        CatalogueApp found = ledger.Published.Catalogue.FindApp(app)
            ?? throw OrderDesk.Missing($"there is no application {Words.Shown(app)}");
        CataloguePackage package = await intake.TakePackageAsync(found, wish, origin, payload, cancellation);
        try
        {
            return await ledger.OrderAsync(desk => PackageOrders.Add(desk, who, package), CancellationToken.None);
        }
        finally
        {
            shelf.Release(package.Files[0].Sha256);
        }
    }

    /// <summary>Takes a further file of a package in.</summary>
    public async Task<CataloguePackage> AddFileAsync(
        Actor who, long package, FileWish wish, Stream content, CancellationToken cancellation)
    {
        CataloguePackage found = ledger.Published.Catalogue.FindPackage(package)
            ?? throw OrderDesk.Missing(string.Create(CultureInfo.InvariantCulture, $"there is no package {package}"));
        CatalogueFile file = await intake.TakeFileAsync(found, wish, content, cancellation);
        try
        {
            return await ledger.OrderAsync(
                desk => PackageOrders.AddFile(desk, who, package, file), CancellationToken.None);
        }
        finally
        {
            shelf.Release(file.Sha256);
        }
    }

    /// <summary>Writes a backup.</summary>
    public async Task<ParcelReport> BackupAsync(
        Actor who, Stream target, bool withPayloads, CancellationToken cancellation)
    {
        await ledger.OrderAsync(
            desk =>
            {
                desk.Audit(who, "server.backup", "", withPayloads ? "with payloads" : "without payloads");
                return desk;
            },
            cancellation);
        string copy = string.Create(
            CultureInfo.InvariantCulture, $"{database}.copy-{Interlocked.Increment(ref _copies)}.tmp");
        List<string> notes = [];
        List<CataloguePackage> packages = [.. ledger.Published.Catalogue.Packages];
        try
        {
            await OwnThread.RunAsync(() => Copy(copy, cancellation));
            using ParcelWriter parcel = await ParcelWriter.BeginAsync(target, ParcelKind.Backup, cancellation);
            using (IFile file = files.Open(copy, create: false))
                await parcel.AddAsync(ParcelEntryKind.Database, "server.db", file, cancellation);
            int count = withPayloads ? await AddFilesAsync(parcel, packages, notes, cancellation) : 0;
            await parcel.EndAsync(cancellation);
            if (!withPayloads && packages.Count > 0)
                notes.Add("the payloads are not in it: keep the folder \"payloads\", or add them again");
            return new ParcelReport(parcel.Bytes, Versions(packages), count, notes);
        }
        finally
        {
            files.Delete(copy);
        }
    }

    /// <summary>Writes packages to a medium.</summary>
    public async Task<ParcelReport> ExportAsync(
        Actor who, string app, IReadOnlyList<long> numbers, Stream target, CancellationToken cancellation)
    {
        Catalogue catalogue = ledger.Published.Catalogue;
        CatalogueApp found = catalogue.FindApp(app)
            ?? throw OrderDesk.Missing($"there is no application {Words.Shown(app)}");
        List<CataloguePackage> packages = [];
        foreach (long number in numbers)
        {
            CataloguePackage? package = catalogue.FindPackage(number);
            packages.Add(package?.App == found.Id ? package : throw OrderDesk.Missing(string.Create(
                CultureInfo.InvariantCulture, $"{found.Name} has no package {number}")));
        }

        await ledger.OrderAsync(
            desk =>
            {
                desk.Audit(who, "package.export", found.Name, string.Join(", ", Versions(packages)));
                return desk;
            },
            cancellation);
        List<string> notes = [];
        using ParcelWriter parcel = await ParcelWriter.BeginAsync(target, ParcelKind.Packages, cancellation);
        ParcelFacts facts = new(found.Id, found.Name, packages, Floors(catalogue, packages));
        await parcel.AddAsync(ParcelEntryKind.Facts, "packages.json", ParcelFactsCodec.Write(facts), cancellation);
        int count = await AddFilesAsync(parcel, packages, notes, cancellation);
        await parcel.EndAsync(cancellation);
        return new ParcelReport(parcel.Bytes, Versions(packages), count, notes);
    }

    /// <summary>Takes packages from a medium in.</summary>
    public async Task<ParcelReport> ImportAsync(
        Actor who, Stream source, string? channel, CancellationToken cancellation)
    {
        Import import = new(this, ledger, shelf, who);
        return await import.RunAsync(source, channel, cancellation);
    }

    /// <summary>Versions of packages, for a report.</summary>
    public static IReadOnlyList<string> Versions(List<CataloguePackage> packages) =>
        packages.ConvertAll(PackageOrders.Described);

    private string Copy(string target, CancellationToken cancellation)
    {
        files.Delete(target);
        using DatabaseFile source = DatabaseFile.Open(database, DatabaseMode.Read);
        source.CopyTo(target, cancellation);
        return target;
    }

    private async Task<int> AddFilesAsync(
        ParcelWriter parcel, List<CataloguePackage> packages, List<string> notes, CancellationToken cancellation)
    {
        HashSet<string> written = new(StringComparer.Ordinal);
        foreach (CataloguePackage package in packages)
        {
            foreach (CatalogueFile file in package.Files)
            {
                if (!written.Add(file.Sha256))
                    continue;
                if (!shelf.Has(file))
                {
                    notes.Add($"{file.Name} of {PackageOrders.Described(package)} is not on the shelf");
                    written.Remove(file.Sha256);
                    continue;
                }

                using IFile content = shelf.Open(file.Sha256);
                await parcel.AddAsync(ParcelEntryKind.File, file.Sha256, content, cancellation);
            }
        }

        return written.Count;
    }

    private static List<ParcelFloor> Floors(Catalogue catalogue, List<CataloguePackage> packages)
    {
        List<ParcelFloor> floors = [];
        foreach (CatalogueChannel channel in catalogue.Channels)
        {
            foreach (CatalogueFloor floor in channel.Floors)
            {
                if (packages.Find(package => package.Id == floor.Package) is not { } target)
                    continue;
                ParcelFloor found = new(target.Version, target.Board, floor.Reason);
                if (!floors.Exists(one => one.Version == found.Version && one.Board == found.Board))
                    floors.Add(found);
            }
        }

        return floors;
    }
}
