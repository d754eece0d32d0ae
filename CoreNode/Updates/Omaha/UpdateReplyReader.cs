using System.Buffers.Text;
using System.Globalization;
using CoreNode.Foundation;

namespace CoreNode.Updates.Omaha;

/// <summary>
/// Decides what a response means. Stricter than update_engine where that one guessed (which application, which
/// version), and more lenient where it reported an unreadable response for what was a refusal with a reason. Pure.
/// </summary>
public static class UpdateReplyReader
{
    private const int MaxUrls = 32;
    private const int Sha256Bytes = 32;

    /// <summary>Reads the answer about one application.</summary>
    /// <param name="response">The server's.</param>
    /// <param name="asked">What was asked.</param>
    public static UpdateReply Read(OmahaResponse response, OmahaApp asked)
    {
        if (Find(response, asked.Id, out string? missing) is not { } app)
            return Invalid(missing!);
        TimeSpan? poll = app.UpdateCheck?.PollIntervalSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        return Read(app, asked) with { PollInterval = poll };
    }

    private static UpdateReply Read(OmahaAppAnswer app, OmahaApp asked)
    {
        string status = app.Status is { Length: > 0 } given ? given : "ok";
        if (HoldReasons.OfAppStatus(status) is { } reason)
            return new UpdateReply.Held(new OmahaHold(reason));
        if (status != "ok")
            return Invalid($"the update server refused: {AppRefusal(status, asked)}");
        if (asked.UpdateCheck is null)
            return new UpdateReply.Acknowledged();
        return app.UpdateCheck is { } check
            ? ReadCheck(check, asked)
            : Invalid("the update server's answer has no <updatecheck>, although that was asked");
    }

    private static UpdateReply ReadCheck(OmahaUpdateAnswer check, OmahaApp asked) => check.Status switch
    {
        OmahaUpdateAnswer.NoUpdate when check.Hold is { } hold => new UpdateReply.Held(hold),
        OmahaUpdateAnswer.NoUpdate => new UpdateReply.UpToDate(),
        OmahaUpdateAnswer.Update => ReadOffer(check, asked),
        null => Invalid("the update server's <updatecheck> has no status"),
        { } status => Invalid($"the update server refused: {CheckRefusal(status)}"),
    };

    private static OmahaAppAnswer? Find(OmahaResponse response, string id, out string? missing)
    {
        missing = null;
        foreach (OmahaAppAnswer app in response.Apps)
        {
            if (app.Id is { } said && AppId.AreSame(said, id))
                return app;
        }

        // One that leaves the identity out can only mean what was asked.
        if (response.Apps is [{ Id: null or "" } only])
            return only;
        missing = response.Apps.Count == 0
            ? "the update server's answer has no <app>"
            : $"the update server answered about {ForeignWords.Shown(response.Apps[0].Id ?? "nothing", 60)}, not about "
                + $"{ForeignWords.Shown(id, 60)}";
        return null;
    }

    private static UpdateReply ReadOffer(OmahaUpdateAnswer check, OmahaApp asked)
    {
        if (Choose(check.Manifests, asked.Version) is not { } manifest)
            return Invalid("the update server offers an update without a <manifest>");
        if (manifest.Packages.Count == 0)
            return Invalid("the update server offers an update without a <package>");
        OmahaPackage package = manifest.Packages[0];
        OmahaAction? action = manifest.Actions.FirstOrDefault(one => one.Event == OmahaAction.Postinstall);
        if (action is null)
            return Invalid("the update server offers an update without an <action event=\"postinstall\">");
        List<Uri> urls = [];
        string? problem = ReadSize(package.Size, out long size);
        problem = ReadHash(package, action, out string hash) ?? problem;
        problem = ReadUrls(check.Codebases, package.Name, urls) ?? problem;
        return problem is not null
            ? Invalid(problem)
            : new UpdateReply.Offered(Offer(manifest, action, urls, size, hash));
    }

    private static UpdateOffer Offer(
        OmahaManifest manifest, OmahaAction action, List<Uri> urls, long size, string hash)
    {
        string version = FirstOf(manifest.Version, action.DisplayVersion, action.ChromeOsVersion) ?? "";
        return new UpdateOffer
        {
            Version = version,
            DisplayVersion = FirstOf(action.DisplayVersion, action.ChromeOsVersion) ?? version,
            Urls = urls,
            SizeBytes = size,
            Sha256 = hash,
            IsDelta = action.IsDelta,
            DisablePayloadBackoff = action.DisablePayloadBackoff,
            MaxFailureCountPerUrl = action.MaxFailureCountPerUrl ?? 10,
            IsUrgent = action.Deadline == "now",
            MaxDaysToScatter = action.MaxDaysToScatter ?? 0,
            IsFloor = manifest.IsFloor,
            FloorReason = manifest.FloorReason,
            MoreInfo = action.MoreInfo,
            OtherPackages = ListPart.From(manifest.Packages, 1),
        };
    }

    // Of several, the first step that this machine has not taken yet, then where they lead.
    private static OmahaManifest? Choose(IReadOnlyList<OmahaManifest> manifests, string? running)
    {
        OmahaManifest? next = null;
        foreach (OmahaManifest manifest in manifests)
        {
            bool isAhead = manifest.IsFloor && VersionOrder.Compare(manifest.Version ?? "", running ?? "") > 0;
            if (isAhead && (next is null || VersionOrder.Compare(manifest.Version ?? "", next.Version ?? "") < 0))
                next = manifest;
        }

        return next
            ?? manifests.FirstOrDefault(manifest => manifest.IsTarget)
            ?? manifests.LastOrDefault(manifest => !manifest.IsFloor)
            ?? (manifests.Count > 0 ? manifests[0] : null);
    }

    private static string? ReadSize(string? text, out long size)
    {
        bool isNumber = long.TryParse(
            text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture,
            out size);
        return isNumber && size > 0
            ? null
            : $"the update server gives the payload's size as \"{ForeignWords.Shown(text ?? "", 40)}\"";
    }

    private static string? ReadHash(OmahaPackage package, OmahaAction action, out string hash)
    {
        hash = "";
        string? said = FirstOf(action.Sha256, package.Sha256);
        if (said is null)
            return "the update server gives no sha256 of the payload";
        if (Hash(said) is not { } bytes)
            return $"the update server gives a sha256 that is none: \"{ForeignWords.Shown(said, 80)}\"";
        if (action.Sha256 is { Length: > 0 } && package.Sha256 is { Length: > 0 } other
            && Hash(other) is { } again && !bytes.AsSpan().SequenceEqual(again))
        {
            return "the update server gives two different sha256 of the payload";
        }

        hash = Convert.ToBase64String(bytes);
        return null;
    }

    private static byte[]? Hash(string text)
    {
        string trimmed = text.Trim();
        byte[] bytes = new byte[Sha256Bytes];
        if (trimmed.Length == 2 * Sha256Bytes)
        {
            bool isHex = trimmed.All(char.IsAsciiHexDigit);
            return isHex ? Convert.FromHexString(trimmed) : null;
        }

        bool isBase64 = Base64.IsValid(trimmed) && Convert.TryFromBase64String(trimmed, bytes, out int written)
            && written == Sha256Bytes;
        return isBase64 ? bytes : null;
    }

    private static string? ReadUrls(IReadOnlyList<string> codebases, string? name, List<Uri> urls)
    {
        if (string.IsNullOrEmpty(name))
            return "the update server offers a <package> without a name";
        if (codebases.Count == 0)
            return "the update server offers an update without a <url>";
        string? problem = null;
        foreach (string codebase in codebases)
        {
            if (urls.Count == MaxUrls)
                break;
            string? complaint = ReadUrl(codebase, name, out Uri? url);
            problem ??= complaint;
            if (url is not null && !urls.Contains(url))
                urls.Add(url);
        }

        // One that can be used is enough; the others may be meant for other clients.
        return urls.Count > 0 ? null : problem;
    }

    private static string? ReadUrl(string codebase, string name, out Uri? url)
    {
        url = null;
        string folder = codebase.EndsWith('/') ? codebase : codebase + "/";
        if (!Uri.TryCreate(folder, UriKind.Absolute, out Uri? root) || root.Scheme is not ("http" or "https")
            || root.Host.Length == 0)
            return $"the update server gives a codebase that is no http(s) URL: \"{ForeignWords.Shown(codebase)}\"";
        // The name may hold a path or a query, but must not lead to another server.
        if (!Uri.TryCreate(folder + name, UriKind.Absolute, out Uri? whole)
            || whole.GetLeftPart(UriPartial.Authority) != root.GetLeftPart(UriPartial.Authority))
            return $"the update server gives a package name that is no name: \"{ForeignWords.Shown(name)}\"";
        url = whole;
        return null;
    }

    private static string AppRefusal(string status, OmahaApp asked) => status switch
    {
        "restricted" => "this machine's country or network may not have the application",
        "error-unknownApplication" or "error-unknownApplicationOrGroup" =>
            $"it does not know the application {ForeignWords.Shown(asked.Id, 60)} or the group "
            + $"\"{ForeignWords.Shown(asked.Track ?? "", 60)}\" (COREOS_RELEASE_APPID, GROUP=)",
        "error-invalidAppId" => $"it takes {ForeignWords.Shown(asked.Id, 60)} for no identity of an application",
        "error-invalidVersion" => $"it takes {ForeignWords.Shown(asked.Version ?? "", 60)} for no version",
        "error-internal" => "it has a fault of its own; its log says more",
        "error-instanceRegistrationFailed" => "it could not register this machine; its log says more",
        _ => ForeignWords.Shown(status, 80),
    };

    private static string CheckRefusal(string status) => status switch
    {
        "error-osnotsupported" => "it has nothing for this system",
        "error-unsupportedProtocol" => "it does not speak protocol 3.0",
        "error-pluginRestrictedHost" => "this machine may not have the application",
        "error-hash" => "it has a fault of its own: a hash is wrong",
        "error-internal" => "it has a fault of its own; its log says more",
        _ => ForeignWords.Shown(status, 80),
    };

    private static string? FirstOf(params string?[] texts) => Array.Find(texts, text => !string.IsNullOrEmpty(text));

    private static UpdateReply.Failed Invalid(string message) =>
        new(new OmahaFault(OmahaFault.InvalidResponse, message));
}
