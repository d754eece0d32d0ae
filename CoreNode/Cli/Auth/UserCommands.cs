using System.CommandLine;
using CoreNode.Api.Client;

namespace CoreNode.Cli.Auth;

/// <summary>The <c>user</c> group.</summary>
internal static class UserCommands
{
    public const string Summary = "see and change the users of the store";

    public static CliCommand Build(CliSession session)
    {
        var group = new CliCommand("user", Summary)
        {
            Examples =
            [
                ("corenode user add app", "asks for the password"),
                ("corenode user grant app --roles app-reader", "gives it a role"),
                ("corenode user list", "one line a user"),
            ],
        };
        group.Subcommands.Add(Add(session));
        group.Subcommands.Add(List(session));
        group.Subcommands.Add(Show(session));
        group.Subcommands.Add(Remove(session));
        group.Subcommands.Add(Change(session, "grant", "give a user roles", isGrant: true));
        group.Subcommands.Add(Change(session, "revoke", "take roles from a user", isGrant: false));
        group.Subcommands.Add(Password(session));
        return group;
    }

    private static Argument<string> Name() => new("USER") { Description = "its name" };

    private static Option<string?> PasswordOption() => new("--password")
    {
        Description = "the password, where others see it; better typed or piped in",
        HelpName = "P",
    };

    private static Option<string[]> Roles(string description) => new("--roles")
    {
        Description = description,
        HelpName = "R,…",
        CustomParser = static result => [.. result.Tokens.SelectMany(
            static token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries))],
        Arity = ArgumentArity.OneOrMore,
    };

    private static CliCommand Add(CliSession session)
    {
        Argument<string> name = Name();
        Option<string?> password = PasswordOption();
        Option<string[]> roles = Roles("what it may do; needs no role of that name to be there yet");
        var command = new CliCommand("add", "make a user")
        {
            Details = "The password is typed twice, or is the first line of what is piped in. The user root always has "
                + "the role root.",
            Examples =
            [
                ("corenode user add root", "asks for the password"),
                ("corenode user add app --roles app-reader,app-writer", "with roles"),
                ("cat secret | corenode user add app", "for scripts"),
            ],
        };
        command.Arguments.Add(name);
        command.Options.Add(password);
        command.Options.Add(roles);
        command.SetAction(async (parsed, _) =>
        {
            string user = parsed.GetValue(name)!;
            string secret = await PasswordInput.NewAsync(session.Host, parsed.GetValue(password), user);
            string[] given = parsed.GetValue(roles) ?? [];
            var call = new AuthCall(session, parsed);

            // The server takes a PUT without roles of a user that is there as a change of its password.
            return await call.HasUserAsync(user)
                ?? await call.ChangeAsync(
                    AuthRequest.PutUser(user, secret, given), "user", user, $"User {user} created");
        });
        return command;
    }

    private static CliCommand List(CliSession session)
    {
        var command = new CliCommand("list", "list the users")
        {
            Examples =
            [
                ("corenode user list", "one line a user, with the roles that exist"),
                ("corenode user list -o json", "with what their roles open"),
            ],
        };
        command.SetAction((parsed, _) => new AuthCall(session, parsed).ShowAsync(AuthRequest.Users, done =>
        {
            foreach (ListedUser user in done.Users)
                session.Host.Output.WriteLine($"{user.Name}: {string.Join(' ', user.Roles)}".TrimEnd(' ', ':'));
        }));
        return command;
    }

    private static CliCommand Show(CliSession session)
    {
        Argument<string> name = Name();
        var command = new CliCommand("show", "show a user's roles")
        {
            Examples =
            [
                ("corenode user show app", "its roles"),
                ("corenode user show app -o json", "with what they open"),
            ],
        };
        command.Arguments.Add(name);
        command.SetAction((parsed, _) => new AuthCall(session, parsed).ShowAsync(
            AuthRequest.User(parsed.GetValue(name)!), done =>
            {
                foreach (ListedUser user in done.Users)
                    session.Host.Output.WriteLine($"User: {user.Name}\nRoles: {string.Join(' ', user.Roles)}");
            }));
        return command;
    }

    private static CliCommand Remove(CliSession session)
    {
        Argument<string> name = Name();
        var command = new CliCommand("remove", "remove a user")
        {
            Examples =
            [
                ("corenode user remove app", "its password counts no more at once"),
                ("corenode --user root user remove app", "where rights count"),
            ],
        };
        command.Arguments.Add(name);
        command.SetAction((parsed, _) => new AuthCall(session, parsed).ChangeAsync(
            AuthRequest.RemoveUser(parsed.GetValue(name)!), "user", parsed.GetValue(name)!,
            $"User {parsed.GetValue(name)} removed"));
        return command;
    }

    private static CliCommand Change(CliSession session, string verb, string summary, bool isGrant)
    {
        Argument<string> name = Name();
        Option<string[]> roles = Roles(isGrant ? "roles that it gets" : "roles that it loses");
        roles.Required = true;
        var command = new CliCommand(verb, summary)
        {
            Examples =
            [
                ($"corenode user {verb} app --roles app-reader", "one role"),
                ($"corenode user {verb} app --roles app-reader,app-writer", "several"),
            ],
        };
        command.Arguments.Add(name);
        command.Options.Add(roles);
        command.SetAction((parsed, _) => new AuthCall(session, parsed).ChangeAsync(
            AuthRequest.ChangeUser(parsed.GetValue(name)!, isGrant, parsed.GetValue(roles)!),
            "user", parsed.GetValue(name)!, $"User {parsed.GetValue(name)} updated"));
        return command;
    }

    private static CliCommand Password(CliSession session)
    {
        Argument<string> name = Name();
        Option<string?> password = PasswordOption();
        var command = new CliCommand("passwd", "change a user's password")
        {
            Details = "The old password counts no more at once.",
            Examples =
            [
                ("corenode user passwd app", "asks for the new one"),
                ("cat secret | corenode user passwd app", "for scripts"),
            ],
        };
        command.Arguments.Add(name);
        command.Options.Add(password);
        command.SetAction(async (parsed, _) =>
        {
            string user = parsed.GetValue(name)!;
            string secret = await PasswordInput.NewAsync(session.Host, parsed.GetValue(password), user);
            var call = new AuthCall(session, parsed);

            // The server would make a user that is not there.
            return await call.LacksUserAsync(user)
                ?? await call.ChangeAsync(AuthRequest.PutUser(user, secret, []), "user", user, "Password updated");
        });
        return command;
    }
}
