using CoreNode.Api.Client;
using CoreNode.Api.Client.Units;
using CoreNode.Api.Client.Updates;
using CoreNode.Updates.Desk;

namespace CoreNode.Cli.Doctor;

/// <summary>Whether the machine that is asked can be updated, as its own node sees it.</summary>
internal static class UpdateChecks
{
    /// <summary>Nothing where the node has no such module, or this client may not ask about it.</summary>
    public static async Task<IReadOnlyList<Finding>> CheckAsync(ClientOptions options, CancellationToken cancellation)
    {
        using UpdatesClient client = new(options);
        AdminReply<ToldFindings> reply = await client.ExamineAsync(cancellation);
        if (reply is not AdminReply<ToldFindings>.Done done)
            return [];
        List<Finding> findings = [];
        foreach (UpdateFinding one in done.Value.Findings)
            findings.Add(Translate(one));
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
