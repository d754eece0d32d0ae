using System.CommandLine;
using System.Text;
using CoreNode.Api.Client;

namespace CoreNode.Cli.Members;

/// <summary><c>member remove</c>, <c>update</c> and <c>promote</c>: changes of a member that is there.</summary>
internal static class MemberChangeCommands
{
    /// <summary>The option that overrides what protects the quorum.</summary>
    public static Option<bool> ForceOption() => new("--force")
    {
        Description = "also if the quorum after the change does not answer now",
    };

    public static CliCommand Remove(CliSession session)
    {
        Argument<string> member = MemberArgument();
        Option<bool> force = ForceOption();
        var command = new CliCommand("remove", "remove a member for good")
        {
            Details = "Its identity is never used again, and the machine stops taking part by itself. To let it come "
                + "back, empty its data folder and add it again.",
            Examples =
            [
                ("corenode member remove c", "by its name"),
                ("corenode member remove 2e1259d415f2a040", "by its id"),
            ],
        };
        command.Arguments.Add(member);
        command.Options.Add(force);
        command.SetAction((parsed, _) => RunAsync(
            session, parsed, parsed.GetValue(member)!, "Removed",
            (client, one) => client.RemoveMemberAsync(one.Id, parsed.GetValue(force), session.Host.Cancellation)));
        return command;
    }

    public static CliCommand Update(CliSession session)
    {
        Argument<string> member = MemberArgument();
        Argument<string> urls = new("URL,…") { Description = "its peer URLs from now on" };
        Option<bool> force = ForceOption();
        var command = new CliCommand("update", "change where a member is reached by others")
        {
            Details = "Run it before the machine moves: the others reach it at the new address as soon as it listens "
                + "there (--listen-peer-urls).",
            Examples =
            [
                ("corenode member update c http://10.0.0.9:2380", "by its name"),
                ("corenode member update 2e1259d415f2a040 http://10.0.0.9:2380,http://10.1.0.9:2380", "several"),
            ],
        };
        command.Arguments.Add(member);
        command.Arguments.Add(urls);
        command.Options.Add(force);
        command.SetAction((parsed, _) => RunAsync(
            session, parsed, parsed.GetValue(member)!, "Updated",
            (client, one) => client.UpdateMemberAsync(
                one.Id, parsed.GetValue(urls)!.Split(','), parsed.GetValue(force), session.Host.Cancellation)));
        return command;
    }

    public static CliCommand Promote(CliSession session)
    {
        Argument<string> member = MemberArgument();
        Option<bool> force = ForceOption();
        var command = new CliCommand("promote", "give a learner its vote now")
        {
            Details = "Rarely needed: the leader does it by itself once the learner has caught up.",
            Examples =
            [
                ("corenode member promote d", "by its name"),
                ("corenode member promote 2e1259d415f2a040", "by its id"),
            ],
        };
        command.Arguments.Add(member);
        command.Options.Add(force);
        command.SetAction((parsed, _) => RunAsync(
            session, parsed, parsed.GetValue(member)!, "Promoted",
            (client, one) => client.PromoteMemberAsync(one.Id, parsed.GetValue(force), session.Host.Cancellation)));
        return command;
    }

    /// <summary>Tells why a change was not made, or that it is not known whether it was.</summary>
    public static int Fail(CliSession session, MembersOutcome outcome) => outcome switch
    {
        MembersOutcome.Refused { Status: 409 } refused => session.Fail(
            ExitCode.Failed, refused.Message, "--force does it all the same, where that is possible at all"),
        MembersOutcome.Refused { Status: 404 or 410 } refused => session.Fail(ExitCode.NotFound, refused.Message),
        MembersOutcome.Refused { Status: 503 } refused => session.Fail(
            ExitCode.Failed, $"{refused.Message}; nothing was changed, try again in a moment"),
        MembersOutcome.Refused { Status: 401 or 403 } refused => session.Fail(
            ExitCode.Failed, $"{refused.Endpoint}: {refused.Message}"),
        MembersOutcome.Refused refused => session.Fail(
            ExitCode.Failed,
            $"{refused.Endpoint}: {refused.Message}",
            "whether the change was made is not known: see `corenode member list`"),
        MembersOutcome.Unreachable { MayHaveHappened: true } lost => session.Fail(
            ExitCode.Failed,
            $"no answer: {string.Join("; ", lost.Failures)}",
            "whether the change was made is not known: see `corenode member list`"),
        _ => MemberCommands.Fail(session, outcome, "an answer"),
    };

    private static Argument<string> MemberArgument() => new("MEMBER") { Description = "its name or its id" };

    private static async Task<int> RunAsync(
        CliSession session, ParseResult parsed, string name, string done,
        Func<V2Client, ListedMember, Task<MembersOutcome>> change)
    {
        using V2Client client = session.OpenClient(parsed);
        MembersOutcome members = await client.ListMembersAsync(session.Host.Cancellation);
        if (members is not MembersOutcome.Listed listed)
            return MemberCommands.Fail(session, members, "the list of members");
        if (MemberNames.Find(listed.Members, name, out string problem) is not { } member)
            return session.Fail(ExitCode.NotFound, problem);
        MembersOutcome outcome = await session.WithNoticeAsync(
            change(client, member), "waiting for the leader to make the change …");
        if (outcome is not MembersOutcome.Listed)
            return Fail(session, outcome);
        if (session.IsJson(parsed))
        {
            var text = new StringBuilder("{\"id\":");
            EtcdJson.AppendString(text, member.Id);
            session.Host.Output.WriteLine(text.Append(",\"done\":true}").ToString());
        }
        else
            session.Host.Output.WriteLine($"{done} member {MemberNames.Label(member)}");
        return ExitCode.Done;
    }
}
