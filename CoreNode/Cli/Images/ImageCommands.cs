using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CoreNode.Cli.Images;

/// <summary><c>image load|list|prune</c>.</summary>
internal static class ImageCommands
{
    private const int IdCharacters = 12;

    public static CliCommand Build(CliSession session)
    {
        var group = new CliCommand("image", "container images of this machine")
        {
            Details = "Asks this machine's container engine, podman or docker, by its unix socket; no node takes part.",
            Examples =
            [
                ("corenode image load app.tar", "an archive of docker save or podman save: no registry is needed"),
                ("corenode image list", "what is there"),
                ("corenode image prune", "remove what has no name any more"),
            ],
        };
        group.Subcommands.Add(Load(session));
        group.Subcommands.Add(List(session));
        group.Subcommands.Add(Prune(session));
        return group;
    }

    private static CliCommand Load(CliSession session)
    {
        Argument<string[]> files = new("FILE")
        {
            Description = "archives of docker save or podman save, also packed",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new CliCommand("load", "load images from archives")
        {
            TakesFiles = true,
            Details = "All files are tried; one that cannot be loaded does not keep the others from it.",
            Examples =
            [
                ("corenode image load app.tar", "prints the names of what is there then"),
                ("corenode image load app.tar base.tar.gz", "several"),
            ],
        };
        Option<string?> socket = Engine();
        command.Arguments.Add(files);
        command.Options.Add(socket);
        command.SetAction((parsed, _) => RunAsync(session, parsed, socket, async engine =>
        {
            int code = ExitCode.Done;
            foreach (string file in parsed.GetValue(files)!)
                code = Math.Max(code, await LoadAsync(session, engine, file));
            return code;
        }));
        return command;
    }

    private static async Task<int> LoadAsync(CliSession session, ContainerEngine engine, string file)
    {
        if (!File.Exists(file))
        {
            return session.Fail(
                ExitCode.NotFound, $"{file} {(Directory.Exists(file) ? "is a folder" : "does not exist")}: name an "
                    + "archive that docker save or podman save made");
        }

        using ProgressLine line = new(session.Host);
        try
        {
            IReadOnlyList<string> names = await engine.LoadAsync(
                file, (done, total) => line.Show("loading", done, total), session.Host.Cancellation);
            line.Clear();
            foreach (string name in names)
                session.Host.Output.WriteLine(name);
            return ExitCode.Done;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            line.Clear();
            return session.Fail(ExitCode.Failed, $"{file}: {fault.Message}");
        }
    }

    private static CliCommand List(CliSession session)
    {
        var command = new CliCommand("list", "show the images")
        {
            Examples =
            [
                ("corenode image list", "by name"),
                ("corenode image list -o json", "for programs"),
            ],
        };
        Option<string?> socket = Engine();
        command.Options.Add(socket);
        command.SetAction((parsed, _) => RunAsync(session, parsed, socket, async engine =>
        {
            IReadOnlyList<EngineImage> images = await engine.ListAsync(session.Host.Cancellation);
            if (session.IsJson(parsed))
                session.Host.Output.WriteLine(ToJson(images));
            else
                Show(session, images);
            return ExitCode.Done;
        }));
        return command;
    }

    private static CliCommand Prune(CliSession session)
    {
        Option<bool> all = new("--all") { Description = "also those with a name that no container uses" };
        var command = new CliCommand("prune", "remove images that nothing needs")
        {
            Examples =
            [
                ("corenode image prune", "those without a name, which newer ones have now"),
                ("corenode image prune --all", "also all that no container uses, running or not"),
            ],
        };
        Option<string?> socket = Engine();
        command.Options.Add(all);
        command.Options.Add(socket);
        command.SetAction((parsed, _) => RunAsync(session, parsed, socket, async engine =>
        {
            (int count, long bytes) = await engine.PruneAsync(parsed.GetValue(all), session.Host.Cancellation);
            session.Host.Output.WriteLine(
                session.IsJson(parsed)
                    ? string.Create(CultureInfo.InvariantCulture, $"{{\"removed\":{count},\"bytes\":{bytes}}}")
                    : string.Create(CultureInfo.InvariantCulture, $"{count} removed, {bytes / 1e6:f1} MB freed"));
            return ExitCode.Done;
        }));
        return command;
    }

    private static Option<string?> Engine() => new("--engine")
    {
        Description = "unix socket of the engine (default: $DOCKER_HOST, podman's, docker's)",
        HelpName = "SOCKET",
    };

    private static async Task<int> RunAsync(
        CliSession session, ParseResult parsed, Option<string?> socket, Func<ContainerEngine, Task<int>> work)
    {
        try
        {
            using ContainerEngine engine = ContainerEngine.Find(session.Host, parsed.GetValue(socket));
            return await work(engine);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return session.Fail(ExitCode.Failed, fault.Message);
        }
    }

    private static void Show(CliSession session, IReadOnlyList<EngineImage> images)
    {
        List<string[]> rows = [];
        foreach (EngineImage image in images)
        {
            string id = image.Id.StartsWith("sha256:", StringComparison.Ordinal) ? image.Id[7..] : image.Id;
            string day = DateTimeOffset.UnixEpoch.AddSeconds(Math.Clamp(image.CreatedSeconds, 0, int.MaxValue))
                .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            string size = string.Create(CultureInfo.InvariantCulture, $"{image.Bytes / 1e6:f1} MB");
            foreach (string name in image.Names.Count > 0 ? image.Names : ["-"])
                rows.Add([name, id[..Math.Min(IdCharacters, id.Length)], size, day]);
        }

        rows.Sort(static (one, other) => string.CompareOrdinal(one[0], other[0]));
        TextTable.Write(session, ["NAME", "ID", "SIZE", "MADE"], rows);
    }

    private static string ToJson(IReadOnlyList<EngineImage> images)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text))
        {
            json.WriteStartArray();
            foreach (EngineImage image in images)
            {
                json.WriteStartObject();
                json.WriteString("id", image.Id);
                json.WriteStartArray("names");
                foreach (string name in image.Names)
                    json.WriteStringValue(name);
                json.WriteEndArray();
                json.WriteNumber("bytes", image.Bytes);
                json.WriteNumber("created", image.CreatedSeconds);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }
}
