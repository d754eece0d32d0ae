using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using CoreNode.Api.Client.UpdateServer;

namespace CoreNode.Cli.UpdateServer;

/// <summary><c>update-server status</c> and <c>update-server audit</c>.</summary>
internal static class StatusCommands
{
    public static CliCommand Status(ServerCommand make) => make.Make(
        new CliCommand("status", "show how the server and its rollouts stand")
        {
            Examples =
            [
                ("corenode update-server status", "the server, then a line for each group"),
                ("corenode update-server status -o json", "for programs"),
            ],
        },
        [],
        async call =>
        {
            ToldPage status = await call.GetAsync("status");
            return call.IsJson
                ? call.Show(status, "")
                : await ShowAsync(call, status.Root);
        });

    public static CliCommand Audit(ServerCommand make)
    {
        Option<ulong> count = NumberOption.Count("--count", "how many of the newest entries; default: 20", 1000);
        return make.Make(
            new CliCommand("audit", "show what was changed by whom, newest first")
            {
                Examples =
                [
                    ("corenode update-server audit", "the last 20 changes"),
                    ("corenode update-server audit --count 1000 -o json", "for programs"),
                ],
            },
            [count],
            async call =>
            {
                ulong wanted = call.Parsed.GetResult(count) is null ? 20 : call.Parsed.GetValue(count);
                ToldPage page = await call.GetAsync(
                    "audit?count=" + wanted.ToString(CultureInfo.InvariantCulture));
                List<string[]> rows = [];
                foreach (JsonElement one in page.Root.List("entries"))
                {
                    rows.Add(
                    [
                        one.When("at", call.Now), one.Cell("who"), one.Cell("from"), one.Cell("what"),
                        one.Cell("subject"), one.Text("text"),
                    ]);
                }

                return call.Show(page, ["AT", "WHO", "FROM", "WHAT", "OF", "TEXT"], rows, "nothing was changed yet");
            });
    }

    private static async Task<int> ShowAsync(ServerCall call, JsonElement status)
    {
        call.Output.WriteLine($"VERSION   {status.Text("version")}, since {status.When("started", call.Now)}");
        call.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"KNOWS     {status.Number("machines")} machines, {status.Number("files")} files of packages "
            + $"({ServerFields.Bytes(status.Number("fileBytes"))}), "
            + $"database {ServerFields.Bytes(status.Number("databaseBytes"))}"));
        foreach (JsonElement problem in status.List("problems"))
            call.Output.WriteLine($"PROBLEM   {problem.GetString()}");
        JsonElement names = (await call.GetAsync("apps")).Root;
        List<string[]> rows = [];
        foreach (JsonElement app in names.List("apps"))
        {
            string path = "apps/" + ServerCall.Escape(app.Text("id"));
            JsonElement standings = (await call.GetAsync($"standings?app={ServerCall.Escape(app.Text("id"))}")).Root;
            foreach (JsonElement group in (await call.GetAsync(path + "/groups")).Root.List("groups"))
            {
                foreach (JsonElement standing in standings.List("standings"))
                {
                    if (standing.Text("group") == group.Text("id"))
                        rows.Add([app.Text("name"), .. GroupText.Row(group, standing, call.Now)]);
                }
            }
        }

        call.Output.WriteLine();
        if (rows.Count > 0)
            TextTable.Write(call.Session, ["APP", .. GroupText.Columns], rows);
        else
            call.Output.WriteLine("there are no groups yet: corenode update-server group add NAME --channel CHANNEL");
        return ExitCode.Done;
    }
}
