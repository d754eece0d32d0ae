using CoreNode.Api.Client;

namespace CoreNode.Cli.Members;

/// <summary>Asks a member at its own client URLs how it stands; one that is no corenode only for its health.</summary>
internal sealed class StatusCheck(ClientOptions options)
{
    /// <summary>Asks one member: its URLs in order until one answers.</summary>
    public async Task<MemberStatus> AskAsync(ListedMember member, CancellationToken cancellation)
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
            V2Reply reply = await client.SendAsync(V2Request.Plain("/corenode/v1/status"), cancellation);
            if (reply is V2Reply.Failed failed)
                failures.Add(new HealthFailure(url, failed.Failures[0], failed.Failures[0].Message));
            else if (NodeStatusJson.Parse(((V2Reply.Answered)reply).Body) is not { } status)
                return await AskHealthAsync(member, cancellation);
            else if (status.Id != member.Id)
            {
                string other = $"another member answers there: {status.Name} ({status.Id})";
                failures.Add(new HealthFailure(url, null, other));
            }
            else
                return new MemberStatus(member, status, Health(member, status, url, failures));
        }

        return new MemberStatus(member, null, new MemberHealth(member, HealthState.Unreachable, null, failures));
    }

    private static MemberHealth Health(
        ListedMember member, NodeStatus status, string url, IReadOnlyList<HealthFailure> failures) =>
        new(member, status.IsHealthy ? HealthState.Healthy : HealthState.Unhealthy, url, failures)
        {
            Reason = status.Reason,
        };

    private async Task<MemberStatus> AskHealthAsync(ListedMember member, CancellationToken cancellation) =>
        new(member, null, await new HealthCheck(options).AskAsync(member, cancellation));
}

/// <summary>How a member stands.</summary>
/// <param name="Member">Which one.</param>
/// <param name="Status">Its own page; null if it did not answer or has none.</param>
/// <param name="Health">How it is, and where it did not answer.</param>
internal sealed record MemberStatus(ListedMember Member, NodeStatus? Status, MemberHealth Health)
{
    /// <summary>Why it is not healthy; empty if it is.</summary>
    public string Reason => Health.State switch
    {
        HealthState.Healthy => "",
        HealthState.Unhealthy => Health.Reason,
        _ when Member.ClientUrls.Count == 0 => "it never started: no client URLs are known",
        _ => string.Join("; ", Health.Failures.Select(failure => $"{failure.Url}: {failure.Message}")),
    };
}
