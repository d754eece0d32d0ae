using System.Globalization;
using System.Text;

namespace CoreNode.Tests.EndToEnd.Floods;

/// <summary>What a flood sends.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Connections">How many at once.</param>
/// <param name="Request">What each sends again and again.</param>
/// <param name="AnswersPerRequest">After how many answers it sends again.</param>
/// <param name="IsLong">An answer counts by its end, which is the last chunk, not by its beginning.</param>
internal sealed record FloodKind(
    string Name, int Connections, byte[] Request, int AnswersPerRequest = 1, bool IsLong = false)
{
    private const string Form = "Content-Type: application/x-www-form-urlencoded\r\n";

    /// <summary>What is counted in the bytes received.</summary>
    public byte[] Mark => IsLong ? "\r\n0\r\n\r\n"u8.ToArray() : "HTTP/1.1 "u8.ToArray();

    /// <summary>Small writes.</summary>
    public static FloodKind Writes(int connections) => new("writes", connections, Put("flood", 100));

    /// <summary>Forms as long as they may be.</summary>
    public static FloodKind LargeWrites(int connections) => new("large writes", connections, Put("large", 10_000_000));

    /// <summary>Reads sent ahead.</summary>
    public static FloodKind ReadsAhead(int connections, int ahead) => new(
        "reads ahead",
        connections,
        [.. Enumerable.Repeat(Get("/v2/keys/quiet"), ahead).SelectMany(static r => r)],
        ahead);

    /// <summary>Long listings.</summary>
    public static FloodKind Listings(int connections) =>
        new("listings", connections, Get("/v2/keys/many?recursive=true"), 1, IsLong: true);

    /// <summary>Listings that are just short enough to be answered at one go.</summary>
    public static FloodKind ShortListings(int connections) => new("short listings", connections, Get("/v2/keys/some"));

    /// <summary>Watches that end with the next write.</summary>
    public static FloodKind Watches(int connections) =>
        new("watches", connections, Get("/v2/keys/?wait=true&recursive=true"), 1, IsLong: true);

    private static byte[] Get(string target) => Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n");

    private static byte[] Put(string key, int valueBytes) => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"PUT /v2/keys/{key} HTTP/1.1\r\nHost: x\r\n{Form}Content-Length: {valueBytes + 6}\r\n\r\n"
        + $"value={new string('v', valueBytes)}"));
}
