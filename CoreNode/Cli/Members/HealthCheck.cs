using System.Text;
using System.Text.Json;
using CoreNode.Api.Client;

namespace CoreNode.Cli.Members;

/// <summary>Asks each member at its own client URLs whether it is healthy, as etcdctl cluster-health does.</summary>
internal sealed class HealthCheck(ClientOptions options)
{
    /// <summary>Asks one member: its URLs in order until one answers.</summary>
    public async Task<MemberHealth> AskAsync(ListedMember member, CancellationToken cancellation)
    {
        var failures = new List<HealthFailure>();
        foreach (string url in member.ClientUrls)
        {
            if (!ClientEndpoint.TryParse(url, out ClientEndpoint? endpoint, out string? problem))
            {
                failures.Add(new HealthFailure(url, null, problem));
                continue;
            }

            using var client = new V2Client(options with { Endpoints = [endpoint], Trace = null });
            V2Reply reply = await client.SendAsync(V2Request.Plain("/health"), cancellation);
            if (reply is V2Reply.Failed failed)
                failures.Add(new HealthFailure(url, failed.Failures[0], failed.Failures[0].Message));
            else if (Read(((V2Reply.Answered)reply).Body, out string reason) is bool isHealthy)
            {
                HealthState state = isHealthy ? HealthState.Healthy : HealthState.Unhealthy;
                return new MemberHealth(member, state, url, failures) { Reason = reason };
            }
            else
                failures.Add(new HealthFailure(url, null, "the answer is not that of a node"));
        }

        return new MemberHealth(member, HealthState.Unreachable, null, failures);
    }

    // {"health":"true"}, or a bare boolean from other versions; the reason is ours.
    private static bool? Read(byte[] body, out string reason)
    {
        reason = "";
        try
        {
            using JsonDocument document = JsonDocument.Parse(Encoding.UTF8.GetString(body));
            JsonElement health = document.RootElement.GetProperty("health");
            if (document.RootElement.TryGetProperty("reason", out JsonElement text))
                reason = text.GetString() ?? "";
            return health.ValueKind == JsonValueKind.String ? health.GetString() == "true" : health.GetBoolean();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }
}
