using System.Globalization;

namespace CoreNode.Updates.Omaha;

/// <summary>
/// Requests as XML, both ways. Written with the attributes and in the order of update_engine, so that servers made for
/// it see nothing new; read with whatever order, braces and old attributes clients have used.
/// </summary>
public static class OmahaRequestCodec
{
    private const int MaxApps = 32;
    private const int MaxEvents = 64;

    /// <summary>The document.</summary>
    public static byte[] Write(OmahaRequest request)
    {
        MarkupWriter xml = new();
        xml.Begin("request").Set("protocol", request.Protocol).Set("version", request.Version)
            .Set("updaterversion", request.UpdaterVersion).Set("requestid", request.RequestId)
            .Set("sessionid", request.SessionId).Set("userid", request.UserId)
            .Set("installsource", request.InstallSource).Set("testsource", request.TestSource)
            .Set("ismachine", request.IsMachine ? "1" : null);
        if (request.Os is { } os)
        {
            xml.Begin("os").Set("version", os.Version).Set("platform", os.Platform).Set("sp", os.ServicePack)
                .Set("arch", os.Architecture).End();
        }

        foreach (OmahaApp app in request.Apps)
            Write(xml, app);
        return xml.End().ToBytes();
    }

    /// <summary>Reads a request; null if it is none, which the fault explains.</summary>
    public static OmahaRequest? Read(ReadOnlySpan<byte> body, out OmahaFault? fault)
    {
        fault = null;
        if (MarkupReader.Read(body, MarkupLimits.Request, out MarkupFault? markup) is not { } root)
        {
            fault = new OmahaFault(OmahaFault.UnreadableXml, $"the request is no XML: {markup}");
            return null;
        }

        OddValues odd = new();
        OmahaRequest request = Read(root, odd);
        string? problem = Judge(root, request) ?? odd.FirstFault;
        if (problem is null)
            return request;
        fault = new OmahaFault(OmahaFault.InvalidResponse, problem);
        return null;
    }

    private static void Write(MarkupWriter xml, OmahaApp app)
    {
        xml.Begin("app").Set("appid", app.Id).Set("version", app.Version).Set("nextversion", app.NextVersion)
            .Set("track", app.Track).Set("from_track", app.FromTrack).Set("bootid", app.BootId).Set("oem", app.Oem)
            .Set("oemversion", app.OemVersion).Set("alephversion", app.AlephVersion).Set("machineid", app.MachineId)
            .Set("machinealias", app.MachineAlias).Set("lang", app.Language).Set("board", app.Board)
            .Set("hardware_class", app.HardwareClass).Set("client", app.Client).Set("installage", app.InstallAge)
            .Set("delta_okay", app.DeltaOkay is { } delta ? delta ? "true" : "false" : null)
            .SetIf("multi_manifest_ok", app.MultiManifestOkay);
        if (app.Ping is { } ping)
        {
            xml.Begin("ping").Set("active", ping.IsActive ? "1" : null).Set("a", Text(ping.ActiveDays))
                .Set("r", Text(ping.RollCallDays)).End();
        }

        if (app.UpdateCheck is { } check)
            xml.Begin("updatecheck").Set("targetversionprefix", check.TargetVersionPrefix).End();
        foreach (OmahaEvent one in app.Events)
        {
            xml.Begin("event").Set("eventtype", (int)one.Type).Set("eventresult", (int)one.Result)
                .Set("errorcode", one.ErrorCode?.ToString(CultureInfo.InvariantCulture))
                .Set("previousversion", one.PreviousVersion).Set("nextversion", one.NextVersion).End();
        }

        xml.End();
    }

    private static string? Text(int? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static string? Judge(MarkupElement root, OmahaRequest request)
    {
        if (root.Name != "request")
            return $"the root element is <{ForeignWords.Shown(root.Name, 40)}>, not <request>";
        if (!request.Protocol.StartsWith("3.", StringComparison.Ordinal))
            return $"the protocol is \"{ForeignWords.Shown(request.Protocol, 20)}\", not 3.0";
        if (request.Apps.Count is 0 or > MaxApps)
            return $"{request.Apps.Count} applications; 1 to {MaxApps} may be asked for at once";
        foreach (OmahaApp app in request.Apps)
        {
            if (AppId.Bare(app.Id).Length == 0)
                return "an <app> without an appid";
            if (app.Events.Count > MaxEvents)
                return $"{app.Events.Count} events; {MaxEvents} may be told at once";
        }

        return null;
    }

    private static OmahaRequest Read(MarkupElement root, OddValues odd)
    {
        MarkupElement? os = root.Child("os");
        return new OmahaRequest
        {
            Protocol = root["protocol"] ?? "",
            Version = root["version"],
            UpdaterVersion = root["updaterversion"],
            InstallSource = root["installsource"],
            IsMachine = OddValues.IsTrue(root["ismachine"]),
            RequestId = root["requestid"],
            SessionId = root["sessionid"],
            UserId = root["userid"],
            TestSource = root["testsource"],
            Os = os is null ? null : new OmahaOs
            {
                Version = os["version"],
                Platform = os["platform"],
                ServicePack = os["sp"],
                Architecture = os["arch"],
            },
            Apps = [.. root.All("app").Select(app => ReadApp(app, odd))],
        };
    }

    private static OmahaApp ReadApp(MarkupElement app, OddValues odd)
    {
        MarkupElement? ping = app.Child("ping");
        MarkupElement? check = app.Child("updatecheck");
        return new OmahaApp
        {
            Id = app["appid"] ?? "",
            Version = app["version"],
            NextVersion = app["nextversion"],
            Track = app["track"],
            FromTrack = app["from_track"],
            BootId = app["bootid"],
            Oem = app["oem"],
            OemVersion = app["oemversion"],
            AlephVersion = app["alephversion"],
            MachineId = app["machineid"],
            MachineAlias = app["machinealias"],
            Language = app["lang"],
            Board = app["board"],
            HardwareClass = app["hardware_class"],
            Client = app["client"],
            InstallAge = app["installage"],
            DeltaOkay = app["delta_okay"] is { } delta ? OddValues.IsTrue(delta) : null,
            MultiManifestOkay = OddValues.IsTrue(app["multi_manifest_ok"]),
            Ping = ping is null ? null : new OmahaPing(
                OddValues.IsTrue(ping["active"]), odd.Number(ping, "a"), odd.Number(ping, "r")),
            UpdateCheck = check is null ? null : new OmahaUpdateCheck(check["targetversionprefix"]),
            Events = [.. app.All("event").Select(one => ReadEvent(one, odd))],
        };
    }

    private static OmahaEvent ReadEvent(MarkupElement one, OddValues odd) => new()
    {
        Type = (OmahaEventType)odd.Needed(one, "eventtype"),
        Result = (OmahaEventResult)odd.Needed(one, "eventresult"),
        ErrorCode = odd.ErrorCode(one),
        PreviousVersion = one["previousversion"],
        NextVersion = one["nextversion"],
    };
}
