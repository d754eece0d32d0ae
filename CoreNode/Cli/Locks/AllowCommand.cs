using System.CommandLine;
using CoreNode.RebootLock;

namespace CoreNode.Cli.Locks;

/// <summary><c>lock allow</c>.</summary>
internal static class AllowCommand
{
    /// <summary>Makes it.</summary>
    public static CliCommand Build(CliSession session, Option<string> group)
    {
        Argument<string> version = new("VERSION") { Description = "the release, as `lock status` names it" };
        var command = new CliCommand("allow", "let machines restart into a release that went back on one of them")
        {
            Details = "A release that went back on a machine after its reboot goes to no other machine of the group. "
                + "Find out why first: mostly the answer is a newer release, which needs no permission.",
            Examples =
            [
                ("corenode lock allow 4081.2.1", "the machine was at fault, not the release"),
                ("corenode lock allow 4081.2.1 --group workers", "of a group with a lock of its own"),
            ],
        };
        command.Arguments.Add(version);
        command.Options.Add(group);
        command.SetAction(async (parsed, _) =>
        {
            using LockCall call = new(session, parsed, parsed.GetValue(group) ?? "");
            string release = parsed.GetValue(version)!;
            try
            {
                if (!await new FailedReleases(call.Client).AllowAsync(call.Group, release, call.Cancellation))
                {
                    return session.Fail(
                        ExitCode.NotFound, $"{release} has not gone back on any machine; see `corenode lock status`");
                }

                await session.Host.Output.WriteLineAsync($"machines may restart into {release} again");
                return ExitCode.Done;
            }
            catch (IOException fault)
            {
                return call.Fail(LockAnswerKind.Unavailable, fault.Message);
            }
        });
        return command;
    }
}
