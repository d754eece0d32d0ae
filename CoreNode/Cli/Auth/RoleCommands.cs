using System.CommandLine;
using CoreNode.Api.Client;

namespace CoreNode.Cli.Auth;

/// <summary>The <c>role</c> group.</summary>
internal static class RoleCommands
{
    public const string Summary = "see and change which keys roles open";

    public static CliCommand Build(CliSession session)
    {
        var group = new CliCommand("role", Summary)
        {
            Details = "A pattern is a key, or the beginning of keys with a * at its end. What reaches below a key "
                + "(a recursive read, a recursive delete) needs one with a *.",
            Examples =
            [
                ("corenode role add app-reader", "opens nothing yet"),
                ("corenode role grant app-reader --path '/app/*' --read", "everything below /app"),
                ("corenode role show app-reader", "what it opens"),
            ],
        };
        group.Subcommands.Add(Add(session));
        group.Subcommands.Add(List(session));
        group.Subcommands.Add(Show(session));
        group.Subcommands.Add(Remove(session));
        group.Subcommands.Add(Change(session, "grant", "open keys to a role", isGrant: true));
        group.Subcommands.Add(Change(session, "revoke", "close keys to a role", isGrant: false));
        return group;
    }

    private static Argument<string> Name() => new("ROLE") { Description = "its name" };

    private static CliCommand Add(CliSession session)
    {
        Argument<string> name = Name();
        var command = new CliCommand("add", "make a role")
        {
            Examples =
            [
                ("corenode role add app-reader", "opens nothing yet"),
                ("corenode role add guest", "what requests without a user may do"),
            ],
        };
        command.Arguments.Add(name);
        command.SetAction((parsed, _) => new AuthCall(session, parsed).ChangeAsync(
            AuthRequest.AddRole(parsed.GetValue(name)!), "role", parsed.GetValue(name)!,
            $"Role {parsed.GetValue(name)} created"));
        return command;
    }

    private static CliCommand List(CliSession session)
    {
        var command = new CliCommand("list", "list the roles")
        {
            Examples =
            [
                ("corenode role list", "one line a role"),
                ("corenode role list -o json", "with what they open"),
            ],
        };
        command.SetAction((parsed, _) => new AuthCall(session, parsed).ShowAsync(AuthRequest.Roles, done =>
        {
            foreach (ListedRole role in done.Roles)
                session.Host.Output.WriteLine(role.Name);
        }));
        return command;
    }

    private static CliCommand Show(CliSession session)
    {
        Argument<string> name = Name();
        var command = new CliCommand("show", "show what a role opens")
        {
            Examples =
            [
                ("corenode role show app-reader", "as a list"),
                ("corenode role show app-reader -o json", "for programs"),
            ],
        };
        command.Arguments.Add(name);
        command.SetAction((parsed, _) => new AuthCall(session, parsed).ShowAsync(
            AuthRequest.Role(parsed.GetValue(name)!), done =>
            {
                foreach (ListedRole role in done.Roles)
                    Print(session.Host.Output, role);
            }));
        return command;
    }

    /// <summary>A role as etcdctl prints it.</summary>
    public static void Print(TextWriter output, ListedRole role)
    {
        output.WriteLine($"Role: {role.Name}");
        output.WriteLine("KV Read:");
        foreach (string pattern in role.Read)
            output.WriteLine($"\t{pattern}");
        output.WriteLine("KV Write:");
        foreach (string pattern in role.Write)
            output.WriteLine($"\t{pattern}");
    }

    private static CliCommand Remove(CliSession session)
    {
        Argument<string> name = Name();
        var command = new CliCommand("remove", "remove a role")
        {
            Details = "Users keep its name: a role that is made again under it is theirs.",
            Examples =
            [
                ("corenode role remove app-reader", "its users lose what it opened"),
                ("corenode --user root role remove guest", "requests without a user may do nothing"),
            ],
        };
        command.Arguments.Add(name);
        command.SetAction((parsed, _) => new AuthCall(session, parsed).ChangeAsync(
            AuthRequest.RemoveRole(parsed.GetValue(name)!), "role", parsed.GetValue(name)!,
            $"Role {parsed.GetValue(name)} removed"));
        return command;
    }

    private static CliCommand Change(CliSession session, string verb, string summary, bool isGrant)
    {
        Argument<string> name = Name();
        Option<string> path = new("--path")
        {
            Description = "a key, or a beginning with * at its end",
            HelpName = "PATTERN",
            Required = true,
        };
        Option<bool> read = new("--read") { Description = "for reading" };
        Option<bool> write = new("--write") { Description = "for writing" };
        Option<bool> both = new("--readwrite", "--rw") { Description = "for both" };
        var command = new CliCommand(verb, summary)
        {
            Examples =
            [
                ($"corenode role {verb} app --path '/app/*' --readwrite", "everything below /app"),
                ($"corenode role {verb} app --path /motd --read", "one key, for reading only"),
            ],
        };
        command.Arguments.Add(name);
        foreach (Option option in new Option[] { path, read, write, both })
            command.Options.Add(option);
        command.SetAction((parsed, _) =>
        {
            string pattern = parsed.GetValue(path)!;
            bool[] kinds = [parsed.GetValue(read), parsed.GetValue(write), parsed.GetValue(both)];
            if (kinds.Count(static given => given) != 1)
                throw new UsageException("write exactly one of --read, --write and --readwrite");
            if (!pattern.StartsWith('/') && pattern != "*")
                throw new UsageException($"--path {pattern}: keys begin with /, so write --path /{pattern}");
            return new AuthCall(session, parsed).ChangeAsync(
                AuthRequest.ChangeRole(
                    parsed.GetValue(name)!, isGrant, kinds[1] ? [] : [pattern], kinds[0] ? [] : [pattern]),
                "role", parsed.GetValue(name)!, $"Role {parsed.GetValue(name)} updated");
        });
        return command;
    }
}
