using System.Globalization;
using CoreNode.Updates.Omaha;
using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server.Books;

namespace CoreNode.Updates.Server.Answers;

/// <summary>Decisions as answers of the protocol. Owned by the ledger.</summary>
internal sealed class Offers(ServerBooks books)
{
    /// <summary>Below the server's own URL; what follows is the payload's SHA-256 and the file's name.</summary>
    public const string PackageFolder = "packages/";

    /// <summary>What keeps a machine from its group's release before any policy is asked; null for nothing.</summary>
    public static OmahaHold? Obstacle(Instance machine, string version)
    {
        GroupBook group = machine.Group!;
        if (machine.Machine.Override is { PinnedVersion: not null } or { IsExempt: true })
            return null;
        bool isFree = group.Problem.Length == 0
            && (group.Target is null || Releases.Fits(group.Target, machine.Kind.Board));
        // Who has it already misses nothing.
        if (isFree || (group.Target is { } has && VersionOrder.Compare(version, has.Version) >= 0))
            return null;
        if (group.Problem.Length > 0)
            return new OmahaHold(HoldReasons.NoPackage, group.Problem);
        CataloguePackage target = group.Target!;
        return new OmahaHold(
            HoldReasons.NoPackage, $"version {target.Version} is for {target.Board}, not for {machine.Kind.Board}");
    }

    /// <summary>An update with its manifests: several are steps on the way.</summary>
    public OmahaUpdateAnswer Offered(RolloutDecision.Offer offer, OmahaApp said, string version, string baseUrl)
    {
        List<OmahaManifest> manifests = new(offer.Steps.Count);
        bool isOne = offer.Steps.Count == 1;
        string codebase = baseUrl + PackageFolder;
        string from = version;
        foreach (RolloutStep step in offer.Steps)
        {
            CataloguePackage package =
                books.Catalogue.FindPackage(long.Parse(step.PackageId, CultureInfo.InvariantCulture))!;
            CatalogueFile payload = Choose(package, said.DeltaOkay == true ? from : "");
            // One folder for all manifests is all that the protocol has; of one, plain names are what old tools know.
            string folder = isOne ? "" : payload.Sha256 + "/";
            if (isOne)
                codebase += payload.Sha256 + "/";
            manifests.Add(Manifest(package, payload, folder, step, isOne));
            from = step.Version;
        }

        return new OmahaUpdateAnswer
        {
            Status = OmahaUpdateAnswer.Update,
            PollIntervalSeconds = Seconds(offer.PollInterval),
            Codebases = [codebase],
            Manifests = manifests,
        };
    }

    /// <summary>No update: there is none, or it is held back.</summary>
    public static OmahaUpdateAnswer NotOffered(RolloutDecision decision, GroupBook group, string version)
    {
        TimeSpan? poll = decision.PollInterval ?? group.Rollout.Policy.PollInterval;
        // What cannot be offered to others is no loss to who runs it.
        bool isThere = group.Problem.Length > 0 && group.Target is { } target
            && VersionOrder.Compare(version, target.Version) >= 0;
        return decision switch
        {
            RolloutDecision.Hold hold when !isThere => Held(hold.Held, poll),
            RolloutDecision.Refuse refuse => Held(new OmahaHold(HoldReasons.NoPackage, refuse.Text), poll),
            _ => None(poll),
        };
    }

    /// <summary>"noupdate" with the reason.</summary>
    public static OmahaUpdateAnswer Held(OmahaHold hold, TimeSpan? poll) => new()
    {
        Status = OmahaUpdateAnswer.NoUpdate,
        PollIntervalSeconds = Seconds(poll),
        Hold = hold,
    };

    private static OmahaUpdateAnswer None(TimeSpan? poll) => new()
    {
        Status = OmahaUpdateAnswer.NoUpdate,
        PollIntervalSeconds = Seconds(poll),
    };

    private static int? Seconds(TimeSpan? poll) =>
        poll is { } interval ? (int)Math.Clamp(interval.TotalSeconds, 1, int.MaxValue) : null;

    private static CatalogueFile Choose(CataloguePackage package, string from)
    {
        CatalogueFile? chosen = null;
        foreach (CatalogueFile file in package.Files)
        {
            bool isFitting = file.Kind == CatalogueFileKind.Delta && from.Length > 0 && file.FromVersion == from;
            if (isFitting && file.Size < (chosen ?? package.Full!).Size)
                chosen = file;
        }

        return chosen ?? package.Full!;
    }

    private static OmahaManifest Manifest(
        CataloguePackage package, CatalogueFile payload, string folder, RolloutStep step, bool isOne)
    {
        List<OmahaPackage> files = [Of(payload, folder, isRequired: true)];
        foreach (CatalogueFile file in package.Files)
        {
            if (file.Kind == CatalogueFileKind.Extra)
                files.Add(Of(file, folder, file.IsRequired));
        }

        return new OmahaManifest
        {
            Version = package.Version,
            IsFloor = step.IsFloor,
            FloorReason = step.Reason,
            IsTarget = !isOne && !step.IsFloor,
            Packages = files,
            Actions =
            [
                new OmahaAction
                {
                    Event = OmahaAction.Postinstall,
                    Sha256 = Base64(payload.Sha256),
                    IsDelta = payload.Kind == CatalogueFileKind.Delta,
                    DisablePayloadBackoff = true,
                    DisplayVersion = package.Version,
                    MoreInfo = package.MoreInfo.Length > 0 ? package.MoreInfo : null,
                },
            ],
        };
    }

    private static OmahaPackage Of(CatalogueFile file, string folder, bool isRequired) => new()
    {
        Name = folder + Uri.EscapeDataString(file.Name),
        Sha1 = Base64(file.Sha1),
        Sha256 = Base64(file.Sha256),
        Size = file.Size.ToString(CultureInfo.InvariantCulture),
        IsRequired = isRequired,
    };

    private static string Base64(string hex) => Convert.ToBase64String(Convert.FromHexString(hex));
}
