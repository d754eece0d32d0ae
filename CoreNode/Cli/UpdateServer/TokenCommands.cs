using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using CoreNode.Api.Client.UpdateServer;

namespace CoreNode.Cli.UpdateServer;

/// <summary><c>update-server token</c>.</summary>
internal static class TokenCommands
{
    private const ulong LongestDays = 3650;

    public static CliCommand Build(ServerCommand make) => ServerCommand.Group(
        new CliCommand("token", "tokens: who may look at the server and change it over the network")
        {
            Details = "The first one is made on the server's own machine, as root or in the group corenode.",
            Examples =
            [
                ("corenode update-server token add ops --role admin", "prints the secret, this once"),
                ("corenode update-server token list", "names, roles and ends"),
            ],
        },
        List(make), Add(make), Remove(make));

    private static CliCommand List(ServerCommand make) => make.Make(
        new CliCommand("list", "list tokens")
        {
            Examples =
            [
                ("corenode update-server token list", "never the secrets: those are not kept"),
                ("corenode update-server token list -o json", "for programs"),
            ],
        },
        [],
        async call =>
        {
            ToldPage page = await call.GetAsync("tokens");
            List<string[]> rows = [];
            foreach (JsonElement one in page.Root.List("tokens"))
            {
                rows.Add(
                [
                    one.Text("name"), one.Text("role"), one.When("created", call.Now), one.When("expires", call.Now),
                ]);
            }

            return call.Show(page, ["NAME", "ROLE", "MADE", "EXPIRES"], rows, "there are none");
        });

    private static CliCommand Add(ServerCommand make)
    {
        Argument<string> name = new("NAME") { Description = "for people and the audit log" };
        Option<string> role = new("--role")
        {
            Description = "viewer looks, admin changes; default: viewer",
            HelpName = "viewer|admin",
            DefaultValueFactory = static _ => "viewer",
        };
        Option<ulong> days = NumberOption.Count("--days", "until it ends; default: never", LongestDays);
        return make.Make(
            new CliCommand("add", "make a token and print its secret")
            {
                Details = "Only a hash of the secret is kept: it is shown this once.",
                Examples =
                [
                    ("corenode update-server token add wall-display", "for the page: it only looks"),
                    ("corenode update-server token add ci --role admin --days 90 > ci.token", "for --token-file"),
                ],
            },
            [name, role, days],
            async call =>
            {
                ToldPage made = await call.OrderAsync(HttpMethod.Post, "tokens", json =>
                {
                    json.WriteString("name", call.Parsed.GetValue(name));
                    json.WriteString("role", call.Parsed.GetValue(role));
                    if (call.Parsed.GetResult(days) is not null)
                    {
                        DateTimeOffset end = call.Now.AddDays(call.Parsed.GetValue(days));
                        json.WriteString("expires", end.UtcDateTime.ToString(
                            "yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
                    }
                });
                return call.Show(made, made.Root.Text("secret"));
            });
    }

    private static CliCommand Remove(ServerCommand make)
    {
        Argument<string> name = new("NAME") { Description = "of the token" };
        return make.Make(
            new CliCommand("remove", "take a token back, at once")
            {
                Examples =
                [
                    ("corenode update-server token remove ci", "who shows its secret is refused from now on"),
                    ("corenode update-server token remove ci -o json", "for programs"),
                ],
            },
            [name],
            async call =>
            {
                string token = call.Parsed.GetValue(name)!;
                ToldPage done = await call.OrderAsync(HttpMethod.Delete, "tokens/" + ServerCall.Escape(token));
                return call.Show(done, $"{token} counts no more");
            });
    }
}
