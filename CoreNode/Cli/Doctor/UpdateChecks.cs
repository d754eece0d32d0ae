using CoreNode.Api.Client;
using CoreNode.Api.Client.Units;
using CoreNode.Api.Client.Updates;
using CoreNode.Updates.Desk;

namespace CoreNode.Cli.Doctor;

/// <summary>Whether the machines of the cluster can be updated, as their nodes see it.</summary>
internal static class UpdateChecks
{
    // The node waits for the other machines, some seconds.
    private static readonly TimeSpan s_cluster = TimeSpan.FromSeconds(5);

    /// <summary>Nothing where the node has no such module; that is said where this client may not ask.</summary>
    public static async Task<IReadOnlyList<Finding>> CheckAsync(ClientOptions options, CancellationToken cancellation)
    {
        using UpdatesClient client = new(options with { RequestTimeout = options.RequestTimeout + s_cluster });
        AdminReply<ToldFindings> reply = await client.ExamineAsync(cancellation);
        if (reply is AdminReply<ToldFindings>.Refused { Status: 401 or 403 } refused)
        {
            return
            [
                Finding.Warning(
                    "machines", $"their updates and reboots were not looked at: {refused.Message}",
                    "ask on a node's machine as an administrator, or an admin listener with --endpoints"),
            ];
        }

        if (reply is not AdminReply<ToldFindings>.Done done)
            return [];
        List<Finding> findings = [];
        foreach (UpdateFinding one in done.Value.Findings)
            findings.Add(Translate(one) with { Machine = one.Machine });
        return findings;
    }

    /// <summary>As doctor tells it.</summary>
    internal static Finding Translate(UpdateFinding one) => one.Level switch
    {
        UpdateFindingLevel.Ok => Finding.Ok(one.What, one.Text),
        UpdateFindingLevel.Warning => Finding.Warning(one.What, one.Text, one.Advice),
        UpdateFindingLevel.Problem => Finding.Problem(one.What, one.Text, one.Advice),
        _ => throw new ArgumentOutOfRangeException(nameof(one), one.Level, "no such level"),
    };
}
