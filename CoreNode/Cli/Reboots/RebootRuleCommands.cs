using System.CommandLine;
using CoreNode.Reboots;
using CoreNode.Reboots.Desk;

namespace CoreNode.Cli.Reboots;

/// <summary>Rules of reboots that are set at run time: windows, the lock's group, the fuzz.</summary>
internal static class RebootRuleCommands
{
    private const string Default = "default";
    private const string None = "none";

    public static CliCommand Windows(CliSession session)
    {
        Argument<string[]> windows = new("WINDOW")
        {
            Description = "\"Thu 23:00 1h\"; or none: at any time; or default: what flags and files say",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new CliCommand("windows", "choose when the machine may restart by itself")
        {
            Details = "Days (Thu, Mon-Fri, Sat,Sun, daily), local time, length; several overlap as they like. Counts "
                + "from now on, also after restarts: a machine that waits for the lock or is being emptied goes back "
                + "if no window is open now.",
            Examples =
            [
                ("corenode reboot windows \"Thu 23:00 1h\" \"Sun 03:00 2h\"", "in these two"),
                ("corenode reboot windows none", "at any time"),
                ("corenode reboot windows default", "what --reboot-window or update.conf says"),
            ],
        };
        command.Arguments.Add(windows);
        command.SetAction((parsed, _) => SetAsync(
            session, parsed, RebootWishKind.Windows, string.Join("; ", parsed.GetValue(windows)!),
            static view => view.Windows.Length > 0
                ? $"the windows are {view.Windows} now"
                : "it may restart at any time"));
        return command;
    }

    public static CliCommand Group(CliSession session)
    {
        Argument<string> name = new("NAME")
        {
            Description = "the group; or none: the lock of no group; or default: what the flag says",
        };
        var command = new CliCommand("group", "choose the group of the lock that the machine takes")
        {
            Details = "A machine that holds or awaits the lock of another group gives that one back first and begins "
                + "anew; once it goes down it restarts with the lock it has and gives that one back after it.",
            Examples =
            [
                ("corenode reboot group storage", "with the machines of that group"),
                ("corenode reboot group default", "what --reboot-group says"),
            ],
        };
        command.Arguments.Add(name);
        command.SetAction((parsed, _) => SetAsync(
            session, parsed, RebootWishKind.Group, parsed.GetValue(name)!,
            static view => view.Stage == "returning" ? $"{view.Stage}: {view.Reason}"
                : view.Group.Length > 0 ? $"the group is {view.Group} now" : "it takes the lock of no group now"));
        return command;
    }

    public static CliCommand Fuzz(CliSession session)
    {
        Argument<string> time = new("TIME")
        {
            Description = "such as 90s or 30m; or none; or default: what the flag says",
        };
        var command = new CliCommand("fuzz", "choose the random time up to which the machine waits in its window")
        {
            Details = "Half of its shortest window at most. A machine that waits so now draws a new time.",
            Examples =
            [
                ("corenode reboot fuzz 30m", "not all machines at the same minute"),
                ("corenode reboot fuzz default", "what --reboot-fuzz says"),
            ],
        };
        command.Arguments.Add(time);
        command.SetAction((parsed, _) => SetAsync(
            session, parsed, RebootWishKind.Fuzz, parsed.GetValue(time)!,
            static view => view.Fuzz.Length > 0 ? $"it waits up to {view.Fuzz} now" : "it does not wait now"));
        return command;
    }

    private static Task<int> SetAsync(
        CliSession session, ParseResult parsed, RebootWishKind kind, string word, Func<RebootStatusView, string> text)
    {
        string none = kind == RebootWishKind.Fuzz ? "0s" : "";
        RebootWish wish = new(kind) { Value = word == Default ? null : word == None ? none : word };
        RebootRule rule = kind switch
        {
            RebootWishKind.Windows => RebootRule.Windows,
            RebootWishKind.Group => RebootRule.Group,
            _ => RebootRule.Fuzz,
        };
        if (OrderedRules.Read(rule, wish.Value, out string problem) is null)
            throw new UsageException(problem);
        string what = kind switch
        {
            RebootWishKind.Windows => "reboot windows",
            RebootWishKind.Group => "reboot group",
            _ => "reboot fuzz",
        };
        return RebootCommands.TellAsync(session, parsed, what, wish, text);
    }
}
