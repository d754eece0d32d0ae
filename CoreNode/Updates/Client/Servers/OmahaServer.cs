using CoreNode.Updates.Client.Exchange;
using CoreNode.Updates.Client.Ports;
using CoreNode.Updates.Lifecycle;
using CoreNode.Updates.Omaha;
using LifecycleOffer = CoreNode.Updates.Lifecycle.UpdateOffer;
using OmahaOffer = CoreNode.Updates.Omaha.UpdateOffer;

namespace CoreNode.Updates.Client.Servers;

/// <summary>The update server over Omaha, with the settings as they are at each request. Any thread.</summary>
/// <param name="machine">What stays the same of this machine.</param>
/// <param name="configuration">Reads update.conf and release files.</param>
/// <param name="periodicOff">Why there are no checks by themselves now; empty: there are.</param>
/// <param name="transfers">How servers are reached; user and password come from the settings.</param>
/// <param name="time">The clock of the exchange's limits.</param>
public sealed class OmahaServer(
    OmahaMachine machine, Func<UpdateConfig> configuration, Func<string> periodicOff, TransferOptions transfers,
    TimeProvider time) : IUpdateServer
{
    /// <inheritdoc/>
    public ServerSettings ReadSettings()
    {
        UpdateConfig read = configuration();
        return new ServerSettings
        {
            // Its path may be a secret, as Nebraska's are.
            Server = read.Server?.GetLeftPart(UriPartial.Authority) ?? "",
            Group = read.Group.Value,
            OffReason = read.Server is null ? read.WhyNoServer ?? "no update server is set" : "",
            PeriodicOffReason = periodicOff(),
            Board = read.Board?.Value ?? "",
            AppId = read.App.Origin == UpdateConfig.DefaultOrigin ? "" : read.App.Value,
            Problems = read.Problems,
        };
    }

    /// <inheritdoc/>
    public Task<ServerReply> CheckAsync(CheckRequest request, BootFacts boot, CancellationToken cancellation) =>
        AskAsync(
            told => ClientRequests.CheckWith(
                told with { DeltaOkay = request.IsDeltaWanted }, request.IsInteractive, Translate(request.Event)),
            boot, cancellation);

    /// <inheritdoc/>
    public Task<ServerReply> PingAsync(BootFacts boot, CancellationToken cancellation) =>
        AskAsync(ClientRequests.Ping, boot, cancellation);

    /// <inheritdoc/>
    public async Task<UpdateFailure?> TellAsync(UpdateEvent told, BootFacts boot, CancellationToken cancellation)
    {
        ServerReply reply = await AskAsync(
            machineNow => ClientRequests.Event(machineNow, isOnDemand: false, Translate(told)), boot, cancellation);
        return reply.Failure;
    }

    private async Task<ServerReply> AskAsync(
        Func<UpdateMachine, OmahaRequest> request, BootFacts boot, CancellationToken cancellation)
    {
        UpdateConfig read = configuration();
        if (read.Server is not { } server)
            return Failed(UpdateError.OmahaRequest, read.WhyNoServer ?? "no update server is set");
        OmahaExchange exchange = new(transfers with { User = read.User, Password = read.Password }, time);
        ExchangeOutcome outcome = await exchange.AskAsync(server, request(Machine(read, boot)), cancellation);
        return outcome switch
        {
            ExchangeOutcome.Answered answered => Read(answered.Reply),
            ExchangeOutcome.Failed failed => Failed(failed),
            _ => throw new InvalidOperationException("an unknown kind of outcome"),
        };
    }

    private UpdateMachine Machine(UpdateConfig read, BootFacts boot) => new()
    {
        Client = machine.Client,
        App = read.App.Value,
        Version = boot.Version,
        Group = read.Group.Value,
        MachineId = machine.MachineId,
        BootId = boot.BootId,
        Alias = read.MachineAlias?.Value ?? "",
        Board = read.Board?.Value ?? "",
        Oem = read.Oem,
        OemVersion = read.OemVersion,
        AlephVersion = machine.FirstVersion(boot.Version),
        Architecture = machine.Architecture,
    };

    private static ServerReply Read(UpdateReply reply)
    {
        CheckAnswer answer = new() { PollInterval = reply.PollInterval };
        return reply switch
        {
            UpdateReply.Offered offered => new ServerReply(answer with { Offer = Translate(offered.Offer) }, null),
            UpdateReply.UpToDate or UpdateReply.Acknowledged => new ServerReply(answer, null),
            UpdateReply.Held held => new ServerReply(
                answer with { HeldBackReason = held.Hold.Describe(), HeldBackUntil = held.Hold.Until }, null),
            UpdateReply.Failed failed => Failed((UpdateError)(int)failed.Fault.Code, failed.Fault.Message),
            _ => throw new InvalidOperationException("an unknown kind of reply"),
        };
    }

    private static ServerReply Failed(ExchangeOutcome.Failed failed)
    {
        UpdateError code = failed.Transfer switch
        {
            TransferFaultKind.Tls => UpdateError.ServerNotTrusted,
            TransferFaultKind.Redirect => UpdateError.RedirectRefused,
            TransferFaultKind.Status => (UpdateError)(int)failed.Fault.Code,
            null => (UpdateError)(int)failed.Fault.Code,
            _ => UpdateError.OmahaRequest,
        };
        return new ServerReply(null, new UpdateFailure(code, failed.Fault.Message)
        {
            IsNoNetwork = failed.Transfer is TransferFaultKind.Resolve or TransferFaultKind.Connect,
            HttpStatus = failed.Transfer == TransferFaultKind.Status ? UpdateErrors.HttpStatus(code) : 0,
        });
    }

    private static ServerReply Failed(UpdateError code, string text) => new(null, new UpdateFailure(code, text));

    private static LifecycleOffer Translate(OmahaOffer offer) => new()
    {
        Version = offer.Version,
        Urls = [.. offer.Urls.Select(static url => url.AbsoluteUri)],
        Size = offer.SizeBytes,
        Sha256 = offer.Sha256,
        IsDelta = offer.IsDelta,
        IsBackoffOff = offer.DisablePayloadBackoff,
        MaxFailuresPerUrl = offer.MaxFailureCountPerUrl,
    };

    // Both sides have the protocol's numbers.
    private static OmahaEvent Translate(UpdateEvent told) => new()
    {
        Type = (OmahaEventType)told.Type,
        Result = (OmahaEventResult)told.Result,
        ErrorCode = told.Code == UpdateError.Success ? null : (uint)told.Code,
        PreviousVersion = told.PreviousVersion,
        NextVersion = told.Version.Length > 0 ? told.Version : null,
    };
}
