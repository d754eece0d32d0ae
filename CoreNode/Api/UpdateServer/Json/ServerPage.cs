using CoreNode.Updates.Server;

namespace CoreNode.Api.UpdateServer.Json;

/// <summary>What /status tells.</summary>
/// <param name="Standing">How the server is.</param>
/// <param name="Version">What this program is.</param>
/// <param name="Pulse">Number of the newest change.</param>
/// <param name="Now">The server's clock.</param>
internal sealed record ServerPage(ServerStanding Standing, string Version, long Pulse, DateTimeOffset Now);
