using System.CommandLine;
using System.Text.Json;
using CoreNode.Api.Client.UpdateServer;

namespace CoreNode.Cli.UpdateServer;

/// <summary><c>update-server app</c>.</summary>
internal static class AppCommands
{
    public static CliCommand Build(ServerCommand make) => ServerCommand.Group(
        new CliCommand("app", "applications: what machines ask updates for")
        {
            Examples =
            [
                ("corenode update-server app list", "all of them"),
                ("corenode update-server app add os --id e96281a6-d1af-4bde-9a0a-97b76e56dc57",
                    "one that CoreOS and Flatcar machines ask for"),
            ],
        },
        List(make), Add(make), Set(make), Remove(make));

    private static CliCommand List(ServerCommand make) => make.Make(
        new CliCommand("list", "list applications")
        {
            Examples =
            [
                ("corenode update-server app list", "names and ids"),
                ("corenode update-server app list -o json", "for programs"),
            ],
        },
        [],
        async call =>
        {
            ToldPage page = await call.GetAsync("apps");
            List<string[]> rows = [];
            foreach (JsonElement one in page.Root.List("apps"))
                rows.Add([one.Text("name"), one.Text("id"), one.Cell("defaultGroup"), one.Cell("description")]);
            return call.Show(page, ["NAME", "ID", "DEFAULT-GROUP", "DESCRIPTION"], rows, "there are none yet");
        });

    private static CliCommand Add(ServerCommand make)
    {
        Argument<string> name = new("NAME") { Description = "for people" };
        Option<string?> id = new("--id")
        {
            Description = "what machines ask for (COREOS_RELEASE_APPID); default: a random one",
            HelpName = "ID",
        };
        Option<string?> description = new("--description") { Description = "for people", HelpName = "TEXT" };
        return make.Make(
            new CliCommand("add", "make an application")
            {
                Examples =
                [
                    ("corenode update-server app add os", "with an id of its own"),
                    ("corenode update-server app add flatcar --id e96281a6-d1af-4bde-9a0a-97b76e56dc57",
                        "the id of CoreOS and Flatcar"),
                ],
            },
            [name, id, description],
            async call =>
            {
                ToldPage made = await call.OrderAsync(HttpMethod.Post, "apps", json =>
                {
                    json.WriteString("name", call.Parsed.GetValue(name));
                    json.WriteIf("id", call.Parsed.GetValue(id));
                    json.WriteIf("description", call.Parsed.GetValue(description));
                });
                return call.Show(made, $"{made.Root.Text("name")} is {made.Root.Text("id")}");
            });
    }

    private static CliCommand Set(ServerCommand make)
    {
        Argument<string> app = new("APP") { Description = "name or id" };
        Option<string?> name = new("--name") { Description = "another name", HelpName = "NAME" };
        Option<string?> group = new("--default-group")
        {
            Description = "group for machines that name none of its groups; \"none\" refuses them",
            HelpName = "GROUP",
        };
        Option<string?> description = new("--description") { Description = "for people", HelpName = "TEXT" };
        return make.Make(
            new CliCommand("set", "change an application")
            {
                Examples =
                [
                    ("corenode update-server app set os --default-group servers", "who names no group is one of these"),
                    ("corenode update-server app set os --default-group none", "who names no group gets nothing"),
                ],
            },
            [app, name, group, description],
            async call =>
            {
                string path = "apps/" + ServerCall.Escape(call.Parsed.GetValue(app)!);
                ToldPage changed = await call.OrderAsync(HttpMethod.Patch, path, json =>
                {
                    json.WriteIf("name", call.Parsed.GetValue(name));
                    json.WriteIf("description", call.Parsed.GetValue(description));
                    string? wanted = call.Parsed.GetValue(group);
                    json.WriteIf("defaultGroup", wanted == "none" ? "" : wanted);
                });
                return call.Show(changed, $"{changed.Root.Text("name")} is changed");
            });
    }

    private static CliCommand Remove(ServerCommand make)
    {
        Argument<string> app = new("APP") { Description = "name or id" };
        Option<bool> yes = new("--yes") { Description = "really: its machines, packages and history go with it" };
        return make.Make(
            new CliCommand("remove", "remove an application with all that belongs to it")
            {
                Examples =
                [
                    ("corenode update-server app remove test --yes", "cannot be undone but from a backup"),
                    ("corenode update-server app remove test", "says what would go"),
                ],
            },
            [app, yes],
            async call =>
            {
                string path = "apps/" + ServerCall.Escape(call.Parsed.GetValue(app)!);
                if (!call.Parsed.GetValue(yes))
                {
                    ToldPage machines = await call.GetAsync(path + "/machines?count=1");
                    int packages = 0;
                    foreach (JsonElement _ in (await call.GetAsync(path + "/packages")).Root.List("packages"))
                        packages++;
                    throw new ServerFailure(
                        ExitCode.Usage,
                        $"{machines.Root.Number("total")} machines with their history and {packages} packages would go",
                        "say --yes if you mean it");
                }

                ToldPage done = await call.OrderAsync(HttpMethod.Delete, path);
                return call.Show(done, $"{call.Parsed.GetValue(app)} is removed");
            });
    }
}
