using System.Globalization;
using CoreNode.Updates.Keys;
using CoreNode.Updates.Omaha;
using CoreNode.Updates.Payload;
using CoreNode.Updates.Server.Answers;
using CoreNode.Updates.Server.Orders;

namespace CoreNode.Updates.Server.Shelves;

/// <summary>
/// Takes payloads in: written to the shelf, verified against the trusted keys, and described by what their own signed
/// metadata says. What does not verify leaves nothing behind.
/// </summary>
internal sealed class Intake(Shelf shelf, Func<TrustedKeys> trust)
{
    private const string UsualName = "update.payload";

    /// <summary>
    /// Takes the full payload of a new package. The caller orders the package and then calls
    /// <see cref="Shelf.Release"/> for each of its files.
    /// </summary>
    public async Task<CataloguePackage> TakePackageAsync(
        CatalogueApp app, PackageWish wish, string origin, Stream payload, CancellationToken cancellation)
    {
        string name = Words.Name("a file", wish.FileName ?? UsualName);
        Arrival arrival = await shelf.TakeAsync(payload, wish.Size, wish.Sha256, cancellation);
        try
        {
            VerifiedPayload verified = await VerifyAsync(arrival);
            if (verified.Manifest.MinorVersion != 0)
            {
                throw OrderDesk.Invalid(
                    "the payload is a delta: a package begins with a full payload, deltas are added to it then");
            }

            CataloguePackage package = Describe(app, wish, origin, arrival, verified.Manifest.Release, name);
            shelf.Keep(arrival);
            return package;
        }
        catch
        {
            shelf.Drop(arrival);
            throw;
        }
    }

    /// <summary>Takes a further file of a package, likewise.</summary>
    public async Task<CatalogueFile> TakeFileAsync(
        CataloguePackage package, FileWish wish, Stream content, CancellationToken cancellation)
    {
        string from = wish.Kind == CatalogueFileKind.Delta ? wish.FromVersion : "";
        if (wish.Kind == CatalogueFileKind.Delta && from.Length is 0 or > MachineWords.MostVersion)
            throw OrderDesk.Invalid("a delta needs the version that machines must run for it");
        string? name = wish.Name ?? wish.Kind switch
        {
            CatalogueFileKind.Full => UsualName,
            CatalogueFileKind.Delta => $"delta-from-{from}.payload",
            _ => null,
        };
        name = Words.Name("a file", name);
        Arrival arrival = await shelf.TakeAsync(content, wish.Size, wish.Sha256, cancellation);
        try
        {
            VerifiedPayload verified = await VerifyAsync(arrival);
            Judge(package, wish.Kind, verified);
            shelf.Keep(arrival);
        }
        catch
        {
            shelf.Drop(arrival);
            throw;
        }

        return new CatalogueFile
        {
            Kind = wish.Kind,
            Name = name,
            Sha256 = arrival.Sha256,
            Sha1 = arrival.Sha1,
            Size = arrival.Size,
            FromVersion = from,
            IsRequired = wish.IsRequired,
        };
    }

    private Task<VerifiedPayload> VerifyAsync(Arrival arrival) => OwnThread.RunAsync(() =>
    {
        try
        {
            return shelf.Verify(arrival, trust());
        }
        catch (IOException fault)
        {
            throw new CatalogueException(CatalogueFault.Unavailable, fault.Message, fault);
        }
    });

    private static CataloguePackage Describe(
        CatalogueApp app, PackageWish wish, string origin, Arrival arrival, ReleaseInfo? release, string name)
    {
        if (release is { AppId.Length: > 0 } && !AppId.AreSame(release.AppId, app.Id))
        {
            throw OrderDesk.Invalid(
                $"the payload is signed for application {Words.Shown(release.AppId)}, not for {app.Id}");
        }

        string version = Agreed("version", release?.Version ?? "", wish.Version);
        if (version.Length is 0 or > MachineWords.MostVersion || Words.HasSpace(version))
            throw OrderDesk.Invalid("the payload says no version: give one of at most 64 characters without spaces");
        return new CataloguePackage
        {
            Id = 0,
            App = app.Id,
            Version = version,
            Board = Words.NameOrNone("a board", Agreed("board", release?.Board ?? "", wish.Board)),
            Counter = release?.Counter ?? 0,
            MinimumCounter = release?.MinimumCounter ?? 0,
            Expiry = ExpiryOf(release),
            Description = Words.Text("the description", wish.Description ?? ""),
            MoreInfo = Words.Text("the page's address", wish.MoreInfo ?? ""),
            Origin = origin,
            Created = default,
            Files =
            [
                new CatalogueFile
                {
                    Kind = CatalogueFileKind.Full,
                    Name = name,
                    Sha256 = arrival.Sha256,
                    Sha1 = arrival.Sha1,
                    Size = arrival.Size,
                },
            ],
        };
    }

    private static void Judge(CataloguePackage package, CatalogueFileKind kind, VerifiedPayload verified)
    {
        bool isDelta = verified.Manifest.MinorVersion != 0;
        if (kind == CatalogueFileKind.Full && isDelta)
            throw OrderDesk.Invalid("that payload is a delta, not a full one");
        if (kind == CatalogueFileKind.Delta && !isDelta)
            throw OrderDesk.Invalid("that payload is a full one, not a delta");
        if (kind == CatalogueFileKind.Extra || verified.Manifest.Release is not { } release)
            return;
        if (release.Version != package.Version || release.Counter != package.Counter
            || (release.Board != package.Board && release.Board.Length > 0))
        {
            throw OrderDesk.Invalid(string.Create(
                CultureInfo.InvariantCulture,
                $"the payload is signed as {release.Version} ({release.Board}), counter {release.Counter}; the package "
                + $"is {package.Version} ({package.Board}), counter {package.Counter}"));
        }
    }

    private static DateTimeOffset? ExpiryOf(ReleaseInfo? release) =>
        release is { Expiry: > 0 }
            ? DateTimeOffset.FromUnixTimeSeconds(
                (long)Math.Min(release.Expiry, (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds()))
            : null;

    private static string Agreed(string what, string signed, string? wished)
    {
        if (signed.Length == 0)
            return wished ?? "";
        return wished is null or "" || wished == signed
            ? signed
            : throw OrderDesk.Invalid(
                $"the payload is signed for {what} {Words.Shown(signed)}, not {Words.Shown(wished)}");
    }
}
