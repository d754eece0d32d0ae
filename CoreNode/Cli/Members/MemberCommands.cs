using System.CommandLine;
using System.Text;
using CoreNode.Api.Client;

namespace CoreNode.Cli.Members;

/// <summary>The <c>member</c> group.</summary>
internal static class MemberCommands
{
    public const string Summary = "see the members of the cluster";

    public static CliCommand Build(CliSession session)
    {
        var group = new CliCommand("member", Summary)
        {
            Examples =
            [
                ("corenode member list", "one line a member"),
                ("corenode member list -o json", "for programs"),
            ],
        };
        group.Subcommands.Add(List(session));
        return group;
    }

    /// <summary>Tells why members could not be had.</summary>
    public static int Fail(CliSession session, MembersOutcome outcome, string what) => outcome switch
    {
        MembersOutcome.Refused refused => session.Fail(
            ExitCode.Failed, $"{refused.Endpoint} did not give {what}: {refused.Message}"),
        MembersOutcome.Unreachable unreachable => session.FailUnreachable(unreachable.Failures),
        _ => throw new InvalidOperationException("that is no failure"),
    };

    /// <summary>A member as etcdctl member list prints it.</summary>
    public static string Line(ListedMember member, bool isLeader) => member.Name.Length == 0
        ? $"{member.Id}[unstarted]: peerURLs={string.Join(',', member.PeerUrls)}"
        : $"{member.Id}: name={member.Name} peerURLs={string.Join(',', member.PeerUrls)} "
            + $"clientURLs={string.Join(',', member.ClientUrls)} isLeader={(isLeader ? "true" : "false")}";

    private static CliCommand List(CliSession session)
    {
        var command = new CliCommand("list", "list the members and who leads")
        {
            Examples =
            [
                ("corenode member list", "one line a member"),
                ("corenode member list -o json", "for programs"),
            ],
        };
        command.SetAction(async (parsed, _) =>
        {
            using V2Client client = session.OpenClient(parsed);
            MembersOutcome members = await session.WithNoticeAsync(
                client.ListMembersAsync(session.Host.Cancellation), "waiting for the list of members …");
            if (members is not MembersOutcome.Listed listed)
                return Fail(session, members, "the list of members");
            MembersOutcome leader = await client.GetLeaderAsync(session.Host.Cancellation);
            if (leader is not MembersOutcome.Listed { Members: [var first, ..] })
                return Fail(session, leader, "the leader");
            Print(session, parsed, listed.Members, first.Id);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(
        CliSession session, ParseResult parsed, IReadOnlyList<ListedMember> members, string leaderId)
    {
        if (!session.IsJson(parsed))
        {
            foreach (ListedMember member in members)
                session.Host.Output.WriteLine(Line(member, member.Id == leaderId));
            return;
        }

        var text = new StringBuilder("{\"members\":[");
        for (int at = 0; at < members.Count; at++)
        {
            if (at > 0)
                text.Append(',');
            MemberJson.Append(text, members[at], members[at].Id == leaderId, null);
        }

        session.Host.Output.WriteLine(text.Append("]}").ToString());
    }
}
