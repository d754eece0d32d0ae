using System.Net;

namespace CoreNode.Updates.Server;

/// <summary>A request to the Omaha service.</summary>
/// <param name="Body">The XML, as it came.</param>
/// <param name="BaseUrl">
/// What machines reach this server by, with a slash at its end: "http://updates.example:8080/". URLs begin with it.
/// </param>
/// <param name="From">Who asks; null if unknown.</param>
public sealed record OmahaCall(ReadOnlyMemory<byte> Body, string BaseUrl, IPAddress? From);
