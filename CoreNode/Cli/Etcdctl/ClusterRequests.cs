using CoreNode.Api.Client;
using CoreNode.Cli.Members;

namespace CoreNode.Cli.Etcdctl;

/// <summary>etcdctl's commands about the cluster, and those that are refused.</summary>
internal static class ClusterRequests
{
    private static readonly TimeSpan s_healthInterval = TimeSpan.FromSeconds(10);

    public static IEnumerable<EtcdctlCommand> All =>
    [
        new("cluster-health", "ask every member whether it is healthy", "",
            [new(["forever", "f"], GoFlagKind.Boolean, "again every 10 seconds until Ctrl-C")], HealthAsync),
        new("member list", "list the members", "", [], MembersAsync),
        Refused("backup", "backup reads etcd's own data files, which corenode does not have; "
            + "save the keys with `corenode kv ls --recursive -o json /`"),
        .. MemberRequests.All,
        .. AuthRequests.All,
    ];

    private static EtcdctlCommand Refused(string name, string reason) => new(name, $"refused: {reason}", "", [],
        (_, _) => throw EtcdctlException.Error(EtcdctlExit.BadArguments, reason))
    { IsRefused = true };

    private static async Task<int> HealthAsync(EtcdctlSession session, GoFlagSet flags)
    {
        using var interrupt = new Interrupt(session.Host.Cancellation);
        V2Client client = await session.OpenAsync(syncs: false);
        try
        {
            MembersOutcome members = await client.ListMembersAsync(interrupt.Token);
            if (members is not MembersOutcome.Listed listed)
            {
                await session.Host.Output.WriteLineAsync("cluster may be unhealthy: failed to list members");
                throw Fail(EtcdctlExit.ServerError, members);
            }

            var check = new HealthCheck(session.MakeOptions());
            while (true)
            {
                bool isHealthy = await CheckAsync(session, check, listed.Members, interrupt.Token);
                if (!flags.Has("forever"))
                    return isHealthy ? EtcdctlExit.Done : EtcdctlExit.NotHealthy;
                await session.Host.Output.WriteAsync("\nnext check after 10 second...\n\n");
                await session.Host.Output.FlushAsync(interrupt.Token);
                await Task.Delay(s_healthInterval, session.Host.Time, interrupt.Token);
            }
        }
        catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested)
        {
            return EtcdctlExit.Done;
        }
    }

    private static async Task<bool> CheckAsync(
        EtcdctlSession session,
        HealthCheck check,
        IReadOnlyList<ListedMember> members,
        CancellationToken cancellation)
    {
        bool isHealthy = false;
        foreach (ListedMember member in members)
        {
            MemberHealth one = await check.AskAsync(member, cancellation);
            isHealthy |= one.State == HealthState.Healthy;
            HealthText.Write(session.Host.Output, one, failure => failure.Failure is null
                ? failure.Message
                : $"Get \"{failure.Url}/health\": {GoErrors.Describe(failure.Failure)}");
        }

        await session.Host.Output.WriteLineAsync(isHealthy ? "cluster is healthy" : "cluster is unhealthy");
        return isHealthy;
    }

    private static async Task<int> MembersAsync(EtcdctlSession session, GoFlagSet flags)
    {
        if (flags.Arguments.Count > 0)
            throw new EtcdctlException(EtcdctlExit.BadArguments, "No arguments accepted");
        V2Client client = await session.OpenAsync();
        MembersOutcome members = await client.ListMembersAsync(session.Host.Cancellation);
        if (members is not MembersOutcome.Listed listed)
            throw Fail(EtcdctlExit.BadArguments, members);
        MembersOutcome leader = await client.GetLeaderAsync(session.Host.Cancellation);
        if (leader is not MembersOutcome.Listed { Members: [var first, ..] })
            throw new EtcdctlException(EtcdctlExit.BadArguments, $"Failed to get leader:  {Reason(leader)}");
        foreach (ListedMember member in listed.Members)
            await session.Host.Output.WriteLineAsync(MemberCommands.Line(member, member.Id == first.Id));
        return EtcdctlExit.Done;
    }

    /// <summary>The members could not be had.</summary>
    public static EtcdctlException Fail(int exitCode, MembersOutcome outcome) => outcome switch
    {
        MembersOutcome.Unreachable unreachable =>
            GoErrors.Cluster(exitCode, unreachable.Failures.Select(GoErrors.Describe)),
        _ => EtcdctlException.Error(exitCode, Reason(outcome)),
    };

    private static string Reason(MembersOutcome outcome) => outcome switch
    {
        MembersOutcome.Refused refused => refused.Message,
        MembersOutcome.Unreachable unreachable => string.Join("; ", unreachable.Failures.Select(GoErrors.Describe)),
        _ => "there is none",
    };
}
