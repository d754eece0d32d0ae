using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using CoreNode.Api.Client.UpdateServer;

namespace CoreNode.Cli.UpdateServer;

/// <summary>
/// <c>update-server group wait</c>: follows a rollout to its end, and says at each change how far it is and what it
/// waits for.
/// </summary>
internal static class GroupWait
{
    private const int PollSeconds = 60;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    public static CliCommand Build(ServerCommand make)
    {
        Argument<string> name = GroupCommands.Name();
        return make.Make(
            new CliCommand("wait", "follow a rollout until all its machines run its version")
            {
                Details = "A line at each change, with the reason for what it waits for. Machines that are exempt or "
                    + "pinned to another version are not waited for. Exit code 1 if the rollout stops by errors; "
                    + "Ctrl-C ends the wait, not the rollout.",
                Examples =
                [
                    ("corenode update-server group wait servers", "see it through"),
                    ("corenode update-server group wait servers -o json", "the rollout at its end, for programs"),
                ],
            },
            [name, make.Options.App],
            call => RunAsync(call, name));
    }

    private static async Task<int> RunAsync(ServerCall call, Argument<string> name)
    {
        using Interrupt interrupt = new(call.Cancellation);
        string told = "";
        try
        {
            while (true)
            {
                long pulse = (await call.GetAsync("pulse?wait=0")).Root.Number("pulse");
                JsonElement group = (await call.GetAsync(await GroupCommands.PathAsync(call, name))).Root;
                ToldPage page = await GroupCommands.StandingAsync(call, group);
                JsonElement standing = GroupCommands.OnlyOf(page);
                string line = Line(group, standing, call.Now);
                if (line != told && !call.IsJson)
                {
                    call.Output.WriteLine(line);
                    call.Output.Flush();
                }

                told = line;
                if (Ended(standing) is { } code)
                {
                    if (call.IsJson)
                        call.Output.WriteLine(standing.GetRawText());
                    return code;
                }

                string path = string.Create(CultureInfo.InvariantCulture, $"pulse?after={pulse}&wait={PollSeconds}");
                ServerCall.Told(await call.Client.WaitAsync(path, interrupt.Token));

                // While thousands of machines tell of themselves, once a second is enough for people.
                await Task.Delay(s_pause, call.Session.Host.Time, interrupt.Token);
            }
        }
        catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested)
        {
            return call.Session.Fail(
                ExitCode.Failed, "not waiting any longer: the rollout goes on; `group pause` holds it");
        }
    }

    private static string Line(JsonElement group, JsonElement standing, DateTimeOffset now)
    {
        string version = GroupText.Version(standing);
        string what = version.Length == 0 ? "what is offered"
            : GroupText.UpToDate(standing) > GroupText.Running(standing, version) ? version + " or newer"
            : version;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{GroupText.UpToDate(standing)} of {GroupText.Counts(standing).Number("machines")} run {what}: "
            + $"{GroupText.Rollout(group, standing, now)}");
    }

    // Null while it goes on; a pause and a closed window are waited out.
    private static int? Ended(JsonElement standing)
    {
        if (standing.Part("stop") is not null)
            return ExitCode.Failed;
        string version = GroupText.Version(standing);
        if (version.Length == 0)
            return ExitCode.Failed;
        return GroupText.IsDone(standing) ? ExitCode.Done : null;
    }
}
