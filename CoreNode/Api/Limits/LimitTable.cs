using System.Globalization;

namespace CoreNode.Api.Limits;

/// <summary>All limits in the order of <see cref="LimitKind"/>; docs/operations.md repeats them.</summary>
internal static class LimitTable
{
    private const int OneClient = 429;
    private const int All = 503;

    /// <summary>The rules, one a kind.</summary>
    public static readonly IReadOnlyList<LimitRule> Rules =
    [
        Counted(LimitKind.Connections, "connections", All, "too many connections", static l => l.MaxConnections),
        Counted(LimitKind.Watches, "watches", All, "too many watches", static l => l.MaxWatches),
        Counted(
            LimitKind.WaitingWrites, "waiting-writes", All, "too many writes wait for the log",
            static l => l.MaxWaitingWrites),
        Counted(
            LimitKind.Listings, "listings", All, "too many long listings are being sent", static l => l.MaxListings),
        Counted(
            LimitKind.Bodies, "body-bytes", All, "the bodies of all requests take too much memory together",
            static l => l.MaxBodyBytes),
        new(LimitKind.Heads, "heads", null, 0, "the heads of all requests take too much memory together",
            static l => Text(l.MaxHeaderBytesInSum)),
        Counted(
            LimitKind.ClientConnections, "client-connections", OneClient, "too many connections from this address",
            static l => l.MaxClientConnections),
        Counted(
            LimitKind.ClientWatches, "client-watches", OneClient, "too many watches from this address",
            static l => l.MaxClientWatches),
        Counted(
            LimitKind.ClientRequests, "client-requests", OneClient, "too many requests at once from this address",
            static l => l.MaxClientRequests),
        Counted(
            LimitKind.ClientWaitingWrites, "client-waiting-writes", OneClient,
            "too many writes from this address wait for the log", static l => l.MaxClientWaitingWrites),
        Counted(
            LimitKind.ClientListings, "client-listings", OneClient,
            "too many long listings are being sent to this address", static l => l.MaxClientListings),
        Counted(
            LimitKind.ClientBodies, "client-body-bytes", OneClient,
            "the bodies from this address take too much memory together", static l => l.MaxClientBodyBytes),
        new(LimitKind.ClientHeads, "client-heads", null, 0,
            "the heads of requests from this address take too much memory together",
            static l => Text(l.MaxClientHeaderBytes)),
        new(LimitKind.Head, "head", null, 431, "the request line with its headers is too long",
            static l => Text(l.MaxHeaderBytes)),
        new(LimitKind.Form, "form", null, 400, "the form is too long", static l => Text(l.MaxFormBytes)),
        new(LimitKind.Json, "json", null, 413, "the JSON body is too long", static l => Text(l.MaxJsonBytes)),
        new(LimitKind.HeadTime, "head-time", null, 408, "the head of a request took too long",
            static l => Seconds(l.HeadTime)),
        new(LimitKind.SlowBody, "slow-body", null, 408, "a body came too slowly", Rate),
        new(LimitKind.SlowReader, "slow-reader", null, 0, "an answer was read too slowly", Rate),
    ];

    /// <summary>The rule of a kind.</summary>
    public static LimitRule Of(LimitKind kind) => Rules[(int)kind];

    /// <summary>What bounds all clients together; null where only each of them is bounded.</summary>
    public static LimitRule? OfAll(Resource resource) => resource switch
    {
        Resource.Connection => Of(LimitKind.Connections),
        Resource.Watch => Of(LimitKind.Watches),
        Resource.Request => null,
        Resource.Write => Of(LimitKind.WaitingWrites),
        Resource.Listing => Of(LimitKind.Listings),
        Resource.Body => Of(LimitKind.Bodies),
        Resource.Head => Of(LimitKind.Heads),
        _ => throw new ArgumentOutOfRangeException(nameof(resource), resource, "no such resource"),
    };

    /// <summary>What bounds one client.</summary>
    public static LimitRule OfClient(Resource resource) => resource switch
    {
        Resource.Connection => Of(LimitKind.ClientConnections),
        Resource.Watch => Of(LimitKind.ClientWatches),
        Resource.Request => Of(LimitKind.ClientRequests),
        Resource.Write => Of(LimitKind.ClientWaitingWrites),
        Resource.Listing => Of(LimitKind.ClientListings),
        Resource.Body => Of(LimitKind.ClientBodies),
        Resource.Head => Of(LimitKind.ClientHeads),
        _ => throw new ArgumentOutOfRangeException(nameof(resource), resource, "no such resource"),
    };

    private static LimitRule Counted(
        LimitKind kind, string label, int status, string text, Func<ApiLimits, long> value) =>
        new(kind, label, "max-" + label, status, text, l => Text(value(l)));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds} s");

    private static string Rate(ApiLimits limits) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{limits.MinBytesPerSecond} bytes/s after {limits.GraceTime.TotalSeconds} s");
}
