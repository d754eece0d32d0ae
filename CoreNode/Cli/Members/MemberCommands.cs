using System.CommandLine;
using System.Globalization;
using System.Text;
using CoreNode.Api.Client;

namespace CoreNode.Cli.Members;

/// <summary>The <c>member</c> group.</summary>
internal static class MemberCommands
{
    public const string Summary = "see and change the members of the cluster";

    public static CliCommand Build(CliSession session)
    {
        var group = new CliCommand("member", Summary)
        {
            Examples =
            [
                ("corenode member list", "one line a member"),
                ("corenode member add d http://10.0.0.4:2380", "prints what to run on the new machine"),
                ("corenode member add --replace c http://10.0.0.3:2380", "c was wiped or is a new machine"),
            ],
        };
        group.Subcommands.Add(List(session));
        group.Subcommands.Add(MemberAddCommand.Build(session));
        group.Subcommands.Add(MemberChangeCommands.Remove(session));
        group.Subcommands.Add(MemberChangeCommands.Update(session));
        group.Subcommands.Add(MemberChangeCommands.Promote(session));
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
            ListedMember? first = leader is MembersOutcome.Listed { Members: [var one, ..] } ? one : null;
            if (first is null)
                await session.Host.Error.WriteLineAsync("there is no leader now");
            NodeStatus? status = first is null ? null : await AskAsync(session, parsed, first);
            Print(session, parsed, listed.Members, first?.Id, status);
            return ExitCode.Done;
        });
        return command;
    }

    // What only the leader knows: how far behind the others are.
    private static async Task<NodeStatus?> AskAsync(CliSession session, ParseResult parsed, ListedMember leader)
    {
        ClientOptions options = session.Options.ToClientOptions(parsed, session.Host);
        MemberStatus answer = await new StatusCheck(options with { RequestTimeout = TimeSpan.FromSeconds(1) })
            .AskAsync(leader, session.Host.Cancellation);
        return answer.Status;
    }

    private static void Print(
        CliSession session, ParseResult parsed, IReadOnlyList<ListedMember> members, string? leaderId,
        NodeStatus? leader)
    {
        var text = new StringBuilder("{\"members\":[");
        for (int at = 0; at < members.Count; at++)
        {
            ListedMember member = members[at];
            ulong? lag = leader?.FollowerLags.TryGetValue(member.Id, out ulong known) == true ? known : null;
            if (!session.IsJson(parsed))
            {
                session.Host.Output.WriteLine(
                    Line(member, member.Id == leaderId) + (member.IsLearner ? " isLearner=true" : "")
                    + (lag is null ? "" : string.Create(CultureInfo.InvariantCulture, $" lag={lag}")));
                continue;
            }

            text.Append(at == 0 ? "" : ",");
            MemberJson.Append(text, member, member.Id == leaderId, null, () =>
                text.Append(lag is null ? "" : string.Create(CultureInfo.InvariantCulture, $",\"lag\":{lag}")));
        }

        if (session.IsJson(parsed))
            session.Host.Output.WriteLine(text.Append("]}").ToString());
    }
}
