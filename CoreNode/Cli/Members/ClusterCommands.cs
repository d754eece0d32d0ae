using System.CommandLine;
using System.Text;
using CoreNode.Api.Client;
using Spectre.Console;

namespace CoreNode.Cli.Members;

/// <summary>The <c>cluster</c> group.</summary>
internal static class ClusterCommands
{
    public const string Summary = "see how the cluster is";

    public static CliCommand Build(CliSession session)
    {
        var group = new CliCommand("cluster", Summary)
        {
            Examples =
            [
                ("corenode cluster health", "exit code 0 if the cluster is healthy"),
                ("corenode cluster status", "a table of the members"),
            ],
        };
        group.Subcommands.Add(Health(session));
        group.Subcommands.Add(Status(session));
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
        command.SetAction((parsed, _) => RunAsync(session, parsed, survey =>
        {
            foreach (MemberHealth member in survey.Members)
                HealthText.Write(session.Host.Output, member, failure => failure.Message);
            session.Host.Output.WriteLine(survey.IsHealthy ? "cluster is healthy" : "cluster is unhealthy");
        }));
        return command;
    }

    private static CliCommand Status(CliSession session)
    {
        var command = new CliCommand("status", "show the members, their roles and their health")
        {
            Examples =
            [
                ("corenode cluster status", "a table"),
                ("corenode cluster status -o json", "the same for programs"),
            ],
        };
        command.SetAction((parsed, _) => RunAsync(session, parsed, survey => WriteTable(session, survey)));
        return command;
    }

    private static async Task<int> RunAsync(CliSession session, ParseResult parsed, Action<ClusterSurvey> print)
    {
        ClientOptions options = session.Options.ToClientOptions(parsed, session.Host);
        using var client = new V2Client(options);
        Task<MembersOutcome> listing = client.ListMembersAsync(session.Host.Cancellation);
        MembersOutcome members = await session.WithNoticeAsync(listing, "waiting for the list of members …");
        if (members is not MembersOutcome.Listed listed)
            return MemberCommands.Fail(session, members, "the list of members");
        MembersOutcome leader = await client.GetLeaderAsync(session.Host.Cancellation);
        string? leaderId = (leader as MembersOutcome.Listed)?.Members[0].Id;
        var check = new HealthCheck(options);
        MemberHealth[] health = await session.WithNoticeAsync(
            Task.WhenAll(listed.Members.Select(member => check.AskAsync(member, session.Host.Cancellation))),
            "waiting for the members' health …");
        var survey = new ClusterSurvey(health, leaderId);
        if (session.IsJson(parsed))
            session.Host.Output.WriteLine(ToJson(survey));
        else
            print(survey);
        return survey.IsHealthy ? ExitCode.Done : ExitCode.Failed;
    }

    private static void WriteTable(CliSession session, ClusterSurvey survey)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = session.Host.IsOutputTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = session.Host.IsOutputTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(session.Host.Output),
        });
        // Beside a pipe there is no width to keep to: nothing may be cut or wrapped.
        if (!session.Host.IsOutputTerminal)
            console.Profile.Width = 1000;
        Table table = new Table().Border(TableBorder.None)
            .AddColumns("ID", "NAME", "ROLE", "HEALTH", "CLIENTS", "PEERS");
        foreach (MemberHealth one in survey.Members)
        {
            string role = one.Member.Id == survey.LeaderId ? "leader" : one.Member.Name.Length == 0 ? "-" : "follower";
            table.AddRow(
                one.Member.Id,
                Markup.Escape(one.Member.Name.Length == 0 ? "(not started)" : one.Member.Name),
                role,
                StateName(one.State),
                Markup.Escape(string.Join(",", one.Member.ClientUrls)),
                Markup.Escape(string.Join(",", one.Member.PeerUrls)));
        }

        console.Write(table);
    }

    private static string ToJson(ClusterSurvey survey)
    {
        var text = new StringBuilder();
        text.Append("{\"healthy\":").Append(survey.IsHealthy ? "true" : "false").Append(",\"members\":[");
        for (int at = 0; at < survey.Members.Count; at++)
        {
            MemberHealth one = survey.Members[at];
            if (at > 0)
                text.Append(',');
            MemberJson.Append(text, one.Member, one.Member.Id == survey.LeaderId, StateName(one.State));
        }

        return text.Append("]}").ToString();
    }

    private static string StateName(HealthState state) => state switch
    {
        HealthState.Healthy => "healthy",
        HealthState.Unhealthy => "unhealthy",
        HealthState.Unreachable => "unreachable",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "no such state"),
    };

    /// <summary>
    /// All members with their health. As etcdctl has it, one healthy member makes the cluster healthy: a member says so
    /// only while it sees a leader.
    /// </summary>
    private sealed record ClusterSurvey(IReadOnlyList<MemberHealth> Members, string? LeaderId)
    {
        public bool IsHealthy => Members.Any(member => member.State == HealthState.Healthy);
    }
}
