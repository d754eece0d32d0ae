using System.Globalization;
using CoreNode.Updates.Server.Books;

namespace CoreNode.Updates.Server.Orders;

/// <summary>
/// Orders about packages, carried out by the ledger. The files lie on the shelf, verified, before one of these adds
/// them; files that no package has any more are swept from it later.
/// </summary>
internal static class PackageOrders
{
    private const int MostPackages = 5000;
    private const int MostFiles = 200;

    /// <summary>Adds a package; <paramref name="package"/> has everything but its number.</summary>
    public static CataloguePackage Add(OrderDesk desk, Actor who, CataloguePackage package)
    {
        CatalogueApp app = desk.App(package.App);
        Catalogue catalogue = desk.Books.Catalogue;
        if (Find(catalogue, app.Id, package.Version, package.Board) is not null)
            throw OrderDesk.Conflict($"{app.Name} has a package {Described(package)} already");
        if (catalogue.Packages.Count >= MostPackages)
        {
            throw new CatalogueException(
                CatalogueFault.Full, $"there are {MostPackages} packages already: remove some that no channel needs");
        }

        CataloguePackage added = package with { Id = desk.NewNumber(), App = app.Id, Created = desk.Moment };
        desk.Set(With(catalogue, [.. catalogue.Packages, added]));
        long number = desk.Book(app).Number;
        desk.Changes.Write(tables =>
        {
            tables.Run(
                "INSERT INTO package VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                added.Id, number, added.Version, added.Board, unchecked((long)added.Counter),
                unchecked((long)added.MinimumCounter), added.Expiry is { } expiry ? UnixTime.Of(expiry) : null,
                added.Description, added.MoreInfo, added.Origin, UnixTime.Of(added.Created));
            foreach (CatalogueFile file in added.Files)
                WriteFile(tables, added.Id, file);
        });
        desk.Audit(who, "package.add", Subject(app, added), FilesOf(added));
        return added;
    }

    /// <summary>Adds a file to a package.</summary>
    public static CataloguePackage AddFile(OrderDesk desk, Actor who, long id, CatalogueFile file)
    {
        CataloguePackage package = desk.Package(id);
        CatalogueApp app = desk.App(package.App);
        foreach (CatalogueFile there in package.Files)
        {
            if (there.Name == file.Name)
                throw OrderDesk.Conflict($"package {Described(package)} has a file {file.Name} already");
            if (there.Kind == file.Kind && file.IsPayload && there.FromVersion == file.FromVersion)
                throw OrderDesk.Conflict($"package {Described(package)} has such a payload already: {there.Name}");
        }

        if (package.Files.Count >= MostFiles)
            throw new CatalogueException(CatalogueFault.Full, $"a package has at most {MostFiles} files");
        CataloguePackage changed = Replace(desk, package, package with { Files = Ordered([.. package.Files, file]) });
        desk.Changes.Write(tables => WriteFile(tables, id, file));
        desk.Audit(
            who, "package.add-file", Subject(app, package), $"{file.Name} {file.Sha256} from \"{file.FromVersion}\"");
        return changed;
    }

    /// <summary>Removes a file of a package.</summary>
    public static CataloguePackage RemoveFile(OrderDesk desk, Actor who, long id, string name)
    {
        CataloguePackage package = desk.Package(id);
        CatalogueFile? file = null;
        foreach (CatalogueFile one in package.Files)
        {
            if (one.Name == name)
                file = one;
        }

        if (file is null)
            throw OrderDesk.Missing($"package {Described(package)} has no file {Words.Shown(name)}");
        if (file.Kind == CatalogueFileKind.Full && IsNeeded(desk.Books.Catalogue, id) is { } user)
            throw OrderDesk.Conflict($"package {Described(package)} is needed by {user}: it keeps its full payload");
        CataloguePackage changed = Replace(
            desk, package, package with { Files = AppOrders.Keep(package.Files, one => one.Name != name) });
        desk.Changes.Write(tables => tables.Run("DELETE FROM file WHERE package = ?1 AND name = ?2", id, name));
        desk.Audit(who, "package.remove-file", Subject(desk.App(package.App), package), name);
        return changed;
    }

    /// <summary>Changes what is for people.</summary>
    public static CataloguePackage Change(OrderDesk desk, Actor who, long id, string? description, string? moreInfo)
    {
        CataloguePackage package = desk.Package(id);
        CataloguePackage changed = Replace(desk, package, package with
        {
            Description = Words.Text("the description", description ?? package.Description),
            MoreInfo = Words.Text("the page's address", moreInfo ?? package.MoreInfo),
        });
        desk.Changes.Write(tables => tables.Run(
            "UPDATE package SET description = ?2, more_info = ?3 WHERE number = ?1",
            id, changed.Description, changed.MoreInfo));
        desk.Audit(who, "package.change", Subject(desk.App(package.App), package), changed.MoreInfo);
        return changed;
    }

    /// <summary>Removes a package that nothing needs.</summary>
    public static CataloguePackage Remove(OrderDesk desk, Actor who, long id)
    {
        CataloguePackage package = desk.Package(id);
        Catalogue catalogue = desk.Books.Catalogue;
        if (IsNeeded(catalogue, id) is { } user)
            throw OrderDesk.Conflict($"package {Described(package)} is needed by {user}");
        desk.Set(With(catalogue, AppOrders.Keep(catalogue.Packages, one => one.Id != id)));
        desk.Changes.Write(tables => tables.Run("DELETE FROM package WHERE number = ?1", id));
        desk.Audit(who, "package.remove", Subject(desk.App(package.App), package), FilesOf(package));
        return package;
    }

    /// <summary>The package of a version and board; null if there is none.</summary>
    public static CataloguePackage? Find(Catalogue catalogue, string app, string version, string board)
    {
        foreach (CataloguePackage package in catalogue.Packages)
        {
            if (package.App == app && package.Version == version && package.Board == board)
                return package;
        }

        return null;
    }

    /// <summary>"1.2.3 (amd64-usr)".</summary>
    public static string Described(CataloguePackage package) =>
        package.Board.Length == 0 ? package.Version : $"{package.Version} ({package.Board})";

    /// <summary>Files in their order: the full payload, deltas, the others.</summary>
    public static List<CatalogueFile> Ordered(List<CatalogueFile> files)
    {
        files.Sort(static (one, other) => one.Kind != other.Kind
            ? ((int)one.Kind).CompareTo((int)other.Kind)
            : string.CompareOrdinal(one.Name, other.Name));
        return files;
    }

    private static string? IsNeeded(Catalogue catalogue, long id)
    {
        foreach (CatalogueChannel channel in catalogue.Channels)
        {
            if (channel.Package == id)
                return $"channel {channel.Name}";
            foreach (CatalogueFloor floor in channel.Floors)
            {
                if (floor.Package == id)
                    return $"channel {channel.Name}, as a floor";
            }
        }

        return null;
    }

    // Groups that have it are looked at again: what is offered may be complete now, or not any more.
    private static CataloguePackage Replace(OrderDesk desk, CataloguePackage before, CataloguePackage after)
    {
        Catalogue catalogue = desk.Books.Catalogue;
        desk.Set(With(catalogue, [.. AppOrders.Keep(catalogue.Packages, one => one.Id != before.Id), after]));
        foreach (GroupBook group in desk.Books.Apps[before.App].Groups.Values)
            group.IsStale = true;
        return after;
    }

    private static void WriteFile(Tables tables, long package, CatalogueFile file) => tables.Run(
        "INSERT INTO file VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        package, file.Name, (long)file.Kind, Convert.FromHexString(file.Sha256), Convert.FromHexString(file.Sha1),
        file.Size, file.FromVersion, file.IsRequired);

    private static string FilesOf(CataloguePackage package)
    {
        List<string> files = [];
        foreach (CatalogueFile file in package.Files)
        {
            files.Add(string.Create(
                CultureInfo.InvariantCulture, $"{file.Name} {file.Size} bytes sha256 {file.Sha256}"));
        }

        return string.Join(", ", files);
    }

    private static string Subject(CatalogueApp app, CataloguePackage package) => $"{app.Name}/{Described(package)}";

    private static Catalogue With(Catalogue catalogue, List<CataloguePackage> packages) =>
        CatalogueOrder.Of(catalogue.Apps, packages, catalogue.Channels, catalogue.Groups, catalogue.Upstreams);
}
