using System.Globalization;
using CoreNode.Api.Limits;

namespace CoreNode.Hosting;

/// <summary>The options that set limits; the others are fixed, because clients rely on etcd's.</summary>
internal static class LimitFlags
{
    private const ulong MostCount = 1_000_000;
    private const ulong MostBytes = 1L << 40;

    private static readonly ApiLimits s_standard = new();

    /// <summary>Their rows of the table of options.</summary>
    internal static readonly IReadOnlyList<NodeFlag> All =
    [
        Flag("max-connections", s_standard.MaxConnections, "connections of clients"),
        Flag("max-client-connections", s_standard.MaxClientConnections, "the same from one address"),
        Flag("max-watches", s_standard.MaxWatches, "watches"),
        Flag("max-client-watches", s_standard.MaxClientWatches, "the same from one address"),
        Flag("max-client-requests", s_standard.MaxClientRequests, "requests at once from one address"),
        Flag("max-waiting-writes", s_standard.MaxWaitingWrites, "writes that wait for the log"),
        Flag("max-client-waiting-writes", s_standard.MaxClientWaitingWrites, "the same from one address"),
        Flag("max-listings", s_standard.MaxListings, "long listings and snapshots being sent"),
        Flag("max-client-listings", s_standard.MaxClientListings, "the same to one address"),
        Flag("max-body-bytes", s_standard.MaxBodyBytes, "bytes of request bodies in memory"),
        Flag("max-client-body-bytes", s_standard.MaxClientBodyBytes, "the same from one address"),
    ];

    /// <summary>The limits.</summary>
    /// <param name="number">Reads an option that lies between two numbers.</param>
    internal static ApiLimits Read(Func<string, ulong, ulong, ulong> number)
    {
        int Count(string name) => (int)number(name, 1, MostCount);
        long Bytes(string name) => (long)number(name, (ulong)s_standard.MaxFormBytes, MostBytes);
        return new ApiLimits
        {
            MaxConnections = Count("max-connections"),
            MaxClientConnections = Count("max-client-connections"),
            MaxWatches = Count("max-watches"),
            MaxClientWatches = Count("max-client-watches"),
            MaxClientRequests = Count("max-client-requests"),
            MaxWaitingWrites = Count("max-waiting-writes"),
            MaxClientWaitingWrites = Count("max-client-waiting-writes"),
            MaxListings = Count("max-listings"),
            MaxClientListings = Count("max-client-listings"),
            MaxBodyBytes = Bytes("max-body-bytes"),
            MaxClientBodyBytes = Bytes("max-client-body-bytes"),
        };
    }

    private static NodeFlag Flag(string name, long standard, string what) =>
        new(name, standard.ToString(CultureInfo.InvariantCulture), "N", "limit: " + what);
}
