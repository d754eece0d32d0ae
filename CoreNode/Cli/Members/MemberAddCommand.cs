using System.CommandLine;
using CoreNode.Api.Client;

namespace CoreNode.Cli.Members;

/// <summary><c>member add</c>: makes room for a machine and prints what to run there.</summary>
internal static class MemberAddCommand
{
    public static CliCommand Build(CliSession session)
    {
        Argument<string> name = new("NAME") { Description = "the new member's --name" };
        Argument<string> urls = new("URL,…") { Description = "its peer URLs, such as http://10.0.0.4:2380" };
        Option<bool> replace = new("--replace")
        {
            Description = "remove the dead member of that name, or at that URL, first",
        };
        Option<bool> force = MemberChangeCommands.ForceOption();
        var command = new CliCommand("add", "add a member and print the command to run on its machine")
        {
            Details = "It begins without a vote and gets it by itself once it has caught up: a wrong address costs "
                + "nothing; remove the member again. A machine whose data is gone comes back under its name with "
                + "--replace.",
            Examples =
            [
                ("corenode member add d http://10.0.0.4:2380", "a fourth member"),
                ("corenode member add --replace c http://10.0.0.3:2380", "c was wiped or is a new machine"),
            ],
        };
        command.Arguments.Add(name);
        command.Arguments.Add(urls);
        command.Options.Add(replace);
        command.Options.Add(force);
        command.SetAction((parsed, _) =>
        {
            string newName = parsed.GetValue(name)!;
            if (newName.Contains('=') || newName.Contains(','))
                throw new UsageException("a name has no comma and no equals sign");
            string[] peers = parsed.GetValue(urls)!.Split(
                ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return RunAsync(session, parsed, newName, peers, parsed.GetValue(replace), parsed.GetValue(force));
        });
        return command;
    }

    private static async Task<int> RunAsync(
        CliSession session, ParseResult parsed, string name, string[] urls, bool replaces, bool isForced)
    {
        using V2Client client = session.OpenClient(parsed);
        MembersOutcome before = await client.ListMembersAsync(session.Host.Cancellation);
        if (before is not MembersOutcome.Listed known)
            return MemberCommands.Fail(session, before, "the list of members");
        ListedMember[] same = [.. known.Members.Where(m => m.Name == name || m.PeerUrls.Intersect(urls).Any())];
        if (same.Length > 0 && !replaces)
        {
            return session.Fail(
                ExitCode.Failed,
                $"{MemberNames.Label(same[0])} at {string.Join(',', same[0].PeerUrls)} is a member already",
                $"if its machine was wiped or replaced: corenode member add --replace {name} {string.Join(',', urls)}");
        }

        if (await RemoveAsync(session, parsed, client, same, isForced) is { } failure)
            return failure;
        MembersOutcome added = await session.WithNoticeAsync(
            client.AddMemberAsync(urls, isForced, session.Host.Cancellation),
            "waiting for the leader to make the change …");
        if (added is not MembersOutcome.Listed { Members: [var member, ..] })
            return MemberChangeCommands.Fail(session, added);
        MembersOutcome after = await client.ListMembersAsync(session.Host.Cancellation);
        JoinText join = JoinText.Of(
            name, member, same, after is MembersOutcome.Listed listed ? listed.Members : known.Members);
        session.Host.Output.Write(session.IsJson(parsed) ? join.ToJson() : join.ToText());
        return ExitCode.Done;
    }

    private static async Task<int?> RemoveAsync(
        CliSession session, ParseResult parsed, V2Client client, ListedMember[] replaced, bool isForced)
    {
        ClientOptions options = session.Options.ToClientOptions(parsed, session.Host);
        foreach (ListedMember old in replaced)
        {
            MemberHealth health = await new HealthCheck(options with
            {
                RequestTimeout = TimeSpan.FromSeconds(2),
            }).AskAsync(old, session.Host.Cancellation);
            if (health.State != HealthState.Unreachable && !isForced)
            {
                return session.Fail(
                    ExitCode.Failed,
                    $"{MemberNames.Label(old)} is not dead: it answers at {health.Url}",
                    "stop it first, or say --force");
            }

            MembersOutcome removed = await session.WithNoticeAsync(
                client.RemoveMemberAsync(old.Id, isForced, session.Host.Cancellation),
                "waiting for the leader to remove the old one …");
            if (removed is not MembersOutcome.Listed)
                return MemberChangeCommands.Fail(session, removed);
            await session.Host.Error.WriteLineAsync($"Removed member {MemberNames.Label(old)}");
        }

        return null;
    }
}
