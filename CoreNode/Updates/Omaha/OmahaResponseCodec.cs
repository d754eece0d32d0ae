using System.Globalization;

namespace CoreNode.Updates.Omaha;

/// <summary>
/// Responses as XML, both ways. Reading takes what CoreUpdate, Nebraska, go-omaha and their like have answered; an
/// answer that cannot be used becomes one of three faults, empty, no XML or not Omaha, that says what it looks like.
/// </summary>
public static class OmahaResponseCodec
{
    private const int MaxApps = 32;

    /// <summary>The document.</summary>
    public static byte[] Write(OmahaResponse response)
    {
        MarkupWriter xml = new();
        xml.Begin("response").Set("protocol", response.Protocol).Set("server", response.Server);
        xml.Begin("daystart").Set("elapsed_seconds", response.ElapsedSeconds).End();
        foreach (OmahaAppAnswer app in response.Apps)
        {
            xml.Begin("app").Set("appid", app.Id).Set("status", app.Status);
            if (app.PingStatus is { } status)
                xml.Begin("ping").Set("status", status).End();
            if (app.UpdateCheck is { } check)
                Write(xml, check);
            foreach (string one in app.EventStatuses)
                xml.Begin("event").Set("status", one).End();
            xml.End();
        }

        return xml.End().ToBytes();
    }

    /// <summary>Reads a response; null if it is none, which the fault explains.</summary>
    public static OmahaResponse? Read(ReadOnlySpan<byte> body, out OmahaFault? fault)
    {
        fault = null;
        if (body.Trim(" \t\r\n"u8).IsEmpty)
        {
            fault = new OmahaFault(
                OmahaFault.EmptyResponse, "the update server answered nothing: is SERVER= the Omaha server itself?");
            return null;
        }

        if (MarkupReader.Read(body, MarkupLimits.Response, out MarkupFault? markup) is not { } root)
        {
            fault = new OmahaFault(OmahaFault.UnreadableXml, ForeignAnswer.Explain(body, markup!));
            return null;
        }

        OddValues odd = new();
        OmahaResponse response = Read(root, odd) with { Oddities = odd.Notes };
        fault = Judge(root, response);
        return fault is null ? response : null;
    }

    private static void Write(MarkupWriter xml, OmahaUpdateAnswer check)
    {
        xml.Begin("updatecheck").Set("status", check.Status)
            .Set("PollInterval", check.PollIntervalSeconds?.ToString(CultureInfo.InvariantCulture));
        if (check.Hold is { } hold)
        {
            xml.Set("holdreason", hold.Reason).Set("holdtext", hold.Text).Set(
                "holduntil",
                hold.Until?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        }

        if (check.Codebases.Count > 0)
        {
            xml.Begin("urls");
            foreach (string codebase in check.Codebases)
                xml.Begin("url").Set("codebase", codebase).End();
            xml.End();
        }

        foreach (OmahaManifest manifest in check.Manifests)
            Write(xml, manifest);
        xml.End();
    }

    private static void Write(MarkupWriter xml, OmahaManifest manifest)
    {
        xml.Begin("manifest").Set("version", manifest.Version).SetIf("is_floor", manifest.IsFloor)
            .Set("floor_reason", manifest.FloorReason).SetIf("is_target", manifest.IsTarget);
        xml.Begin("packages");
        foreach (OmahaPackage package in manifest.Packages)
        {
            xml.Begin("package").Set("name", package.Name).Set("hash", package.Sha1)
                .Set("hash_sha256", package.Sha256).Set("size", package.Size)
                .Set("required", package.IsRequired ? "true" : "false").End();
        }

        xml.End().Begin("actions");
        foreach (OmahaAction action in manifest.Actions)
            Write(xml, action);
        xml.End().End();
    }

    private static void Write(MarkupWriter xml, OmahaAction action) =>
        xml.Begin("action").Set("event", action.Event).Set("sha256", action.Sha256)
            .SetIf("needsadmin", action.NeedsAdmin).SetIf("IsDeltaPayload", action.IsDelta)
            .SetIf("DisablePayloadBackoff", action.DisablePayloadBackoff)
            .Set("MaxFailureCountPerUrl", action.MaxFailureCountPerUrl?.ToString(CultureInfo.InvariantCulture))
            .Set("MetadataSignatureRsa", action.MetadataSignatureRsa).Set("MetadataSize", action.MetadataSize)
            .Set("deadline", action.Deadline).Set("DisplayVersion", action.DisplayVersion)
            .Set("ChromeOSVersion", action.ChromeOsVersion).Set("MoreInfo", action.MoreInfo)
            .SetIf("Prompt", action.Prompt)
            .Set("MaxDaysToScatter", action.MaxDaysToScatter?.ToString(CultureInfo.InvariantCulture)).End();

    private static OmahaFault? Judge(MarkupElement root, OmahaResponse response)
    {
        if (root.Name != "response")
        {
            return new OmahaFault(
                OmahaFault.InvalidResponse,
                $"the update server answered <{ForeignWords.Shown(root.Name, 40)}> and not <response>: "
                + ForeignAnswer.Hint(root.Name));
        }

        if (!response.Protocol.StartsWith("3.", StringComparison.Ordinal))
        {
            return new OmahaFault(
                OmahaFault.InvalidResponse,
                $"the update server speaks protocol \"{ForeignWords.Shown(response.Protocol, 20)}\", not 3.0");
        }

        return response.Apps.Count <= MaxApps ? null : new OmahaFault(
            OmahaFault.InvalidResponse, $"the update server answered about {response.Apps.Count} applications");
    }

    private static OmahaResponse Read(MarkupElement root, OddValues odd) => new()
    {
        // update_engine never looked at it, so there may be servers that leave it out.
        Protocol = root["protocol"] ?? "3.0",
        Server = root["server"],
        ElapsedSeconds = root.Child("daystart") is { } day ? odd.Number(day, "elapsed_seconds", 0) ?? 0 : 0,
        Apps = [.. root.All("app").Select(app => ReadApp(app, odd))],
    };

    private static OmahaAppAnswer ReadApp(MarkupElement app, OddValues odd) => new()
    {
        Id = app["appid"],
        Status = app["status"],
        PingStatus = app.Child("ping") is { } ping ? ping["status"] ?? "" : null,
        UpdateCheck = app.Child("updatecheck") is { } check ? ReadCheck(check, odd) : null,
        EventStatuses = [.. app.All("event").Select(one => one["status"] ?? "")],
    };

    private static OmahaUpdateAnswer ReadCheck(MarkupElement check, OddValues odd) => new()
    {
        Status = check["status"],
        PollIntervalSeconds = odd.Number(check, "PollInterval", 1),
        Hold = check["holdreason"] is { Length: > 0 } reason
            ? new OmahaHold(reason, check["holdtext"], odd.Moment(check, "holduntil"))
            : null,
        Codebases = check.Child("urls") is { } urls
            ? [.. urls.All("url").Select(url => (url["codebase"] ?? "").Trim())]
            : [],
        Manifests = [.. check.All("manifest").Select(manifest => ReadManifest(manifest, odd))],
    };

    private static OmahaManifest ReadManifest(MarkupElement manifest, OddValues odd) => new()
    {
        Version = manifest["version"],
        IsFloor = OddValues.IsTrue(manifest["is_floor"]),
        FloorReason = manifest["floor_reason"],
        IsTarget = OddValues.IsTrue(manifest["is_target"]),
        Packages = manifest.Child("packages") is { } packages
            ? [.. packages.All("package").Select(ReadPackage)]
            : [],
        Actions = manifest.Child("actions") is { } actions
            ? [.. actions.All("action").Select(action => ReadAction(action, odd))]
            : [],
    };

    private static OmahaPackage ReadPackage(MarkupElement package) => new()
    {
        Name = package["name"],
        Sha1 = package["hash"],
        Sha256 = package["hash_sha256"],
        Size = package["size"],
        IsRequired = OddValues.IsTrue(package["required"]),
    };

    private static OmahaAction ReadAction(MarkupElement action, OddValues odd) => new()
    {
        Event = action["event"],
        Sha256 = action["sha256"],
        NeedsAdmin = OddValues.IsTrue(action["needsadmin"]),
        IsDelta = OddValues.IsTrue(action["IsDeltaPayload"]) || OddValues.IsTrue(action["IsDelta"]),
        DisablePayloadBackoff = OddValues.IsTrue(action["DisablePayloadBackoff"]),
        MaxFailureCountPerUrl = odd.Number(action, "MaxFailureCountPerUrl", 1),
        MetadataSignatureRsa = action["MetadataSignatureRsa"],
        MetadataSize = action["MetadataSize"],
        Deadline = action["deadline"],
        DisplayVersion = action["DisplayVersion"],
        ChromeOsVersion = action["ChromeOSVersion"],
        MoreInfo = action["MoreInfo"],
        Prompt = OddValues.IsTrue(action["Prompt"]),
        MaxDaysToScatter = odd.Number(action, "MaxDaysToScatter", 0),
    };
}
