using System.CommandLine;
using CoreNode.Api.Client;

namespace CoreNode.Cli.Members;

/// <summary>The <c>cluster</c> group.</summary>
internal static class ClusterCommands
{
    public const string Summary = "see how the cluster is, back it up, bring it back";

    public static CliCommand Build(CliSession session)
    {
        var group = new CliCommand("cluster", Summary)
        {
            Examples =
            [
                ("corenode cluster health", "exit code 0 if the cluster is healthy"),
                ("corenode cluster status", "a table of the members"),
                ("corenode cluster backup /backup/store-1", "everything, in one checked file"),
            ],
        };
        group.Subcommands.Add(Health(session));
        group.Subcommands.Add(Status(session));
        group.Subcommands.Add(BackupCommands.Backup(session));
        group.Subcommands.Add(BackupCommands.Restore(session));
        group.Subcommands.Add(RecoverCommand.Build(session));
        return group;
    }

    private static CliCommand Health(CliSession session)
    {
        var command = new CliCommand("health", "ask every member whether it is healthy")
        {
            Examples =
            [
                ("corenode cluster health", "one line a member; exit code 1 if no member is healthy"),
                ("corenode cluster health -o json", "the same for programs"),
            ],
        };
        command.SetAction((parsed, _) => RunAsync(session, parsed, (members, _, isHealthy) =>
        {
            foreach (MemberStatus member in members)
            {
                HealthText.Write(session.Host.Output, member.Health, failure => failure.Message);
                if (member.Health.Reason.Length > 0)
                    session.Host.Output.WriteLine($"  {member.Health.Reason}");
            }

            session.Host.Output.WriteLine(isHealthy ? "cluster is healthy" : "cluster is unhealthy");
        }));
        return command;
    }

    private static CliCommand Status(CliSession session)
    {
        var command = new CliCommand("status", "show who leads and how each member stands")
        {
            Details = "Each member is asked itself; one that does not answer is shown with the reason. LAG is what it "
                + "lacks in log entries.",
            Examples =
            [
                ("corenode cluster status", "a table"),
                ("corenode cluster status -o json", "the same for programs"),
            ],
        };
        command.SetAction((parsed, _) => RunAsync(
            session, parsed, (members, leader, _) => new StatusTable(members, leader).Write(session)));
        return command;
    }

    private static async Task<int> RunAsync(
        CliSession session, ParseResult parsed, Action<IReadOnlyList<MemberStatus>, string?, bool> print)
    {
        ClientOptions options = session.Options.ToClientOptions(parsed, session.Host);
        using var client = new V2Client(options);
        Task<MembersOutcome> listing = client.ListMembersAsync(session.Host.Cancellation);
        MembersOutcome members = await session.WithNoticeAsync(listing, "waiting for the list of members …");
        if (members is not MembersOutcome.Listed listed)
            return MemberCommands.Fail(session, members, "the list of members");
        MembersOutcome leader = await client.GetLeaderAsync(session.Host.Cancellation);
        string? leaderId = (leader as MembersOutcome.Listed)?.Members[0].Id;
        var check = new StatusCheck(options);
        MemberStatus[] states = await session.WithNoticeAsync(
            Task.WhenAll(listed.Members.Select(member => check.AskAsync(member, session.Host.Cancellation))),
            "waiting for the members …");
        // As etcdctl has it: a member says that it is healthy only while it sees a leader.
        bool isHealthy = states.Any(member => member.Health.State == HealthState.Healthy);
        if (session.IsJson(parsed))
            await session.Host.Output.WriteLineAsync(new StatusTable(states, leaderId).ToJson());
        else
            print(states, leaderId, isHealthy);
        return isHealthy ? ExitCode.Done : ExitCode.Failed;
    }
}
