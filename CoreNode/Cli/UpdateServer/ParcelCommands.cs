using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using CoreNode.Api.Client;
using CoreNode.Api.Client.Units;
using CoreNode.Api.Client.UpdateServer;

namespace CoreNode.Cli.UpdateServer;

/// <summary>Whole files: <c>backup</c>, <c>restore</c>, <c>export</c>, <c>import</c>.</summary>
internal static class ParcelCommands
{
    private const int CopyBytes = 1 << 20;

    public static CliCommand Backup(ServerCommand make)
    {
        Argument<string> file = new("FILE") { Description = "the new file" };
        Option<bool> payloads = new("--with-payloads")
        {
            Description = "also the files of packages; without, `restore` needs them again (package add, import)",
        };
        return make.Make(
            new CliCommand("backup", "write everything to a file while the server goes on")
            {
                TakesFiles = true,
                Details = "It holds what tokens are checked against: keep it as you keep keys.",
                Examples =
                [
                    ("corenode update-server backup /backup/updates-1", "catalogue, machines, history, tokens"),
                    ("corenode update-server backup /backup/updates-1 --with-payloads", "and all payloads"),
                ],
            },
            [file, payloads],
            call =>
            {
                string query = call.Parsed.GetValue(payloads) ? "?payloads=true" : "";
                return SaveAsync(call, call.Parsed.GetValue(file)!, "backup" + query);
            });
    }

    public static CliCommand Restore(CliSession session)
    {
        Argument<string> file = new("FILE") { Description = "what `update-server backup` wrote" };
        Option<string> folder = new("--data-dir")
        {
            Description = "an empty folder for the server",
            HelpName = "FOLDER",
            Required = true,
        };
        CliCommand command = new("restore", "make a server's folder from a backup")
        {
            TakesFiles = true,
            Details = "Works on files, without a server; then start one on the folder.",
            Examples =
            [
                ("corenode update-server restore /backup/updates-1 --data-dir /var/lib/corenode-updates",
                    "then `update-server serve --data-dir` with that folder"),
                ("corenode update-server restore /backup/updates-1 --data-dir look", "to look at an old state"),
            ],
        };
        command.Arguments.Add(file);
        command.Options.Add(folder);
        command.SetAction(async (parsed, cancellation) =>
        {
            if (session.Host.RestoreUpdateServer is not { } restore)
                return session.Fail(ExitCode.Failed, "update servers cannot be restored from here");
            string source = Path.GetFullPath(parsed.GetValue(file)!);
            if (!File.Exists(source))
                return session.Fail(ExitCode.NotFound, $"{source}: there is no such file");
            try
            {
                string done = await restore(source, Path.GetFullPath(parsed.GetValue(folder)!), cancellation);
                session.Host.Output.WriteLine(session.IsJson(parsed)
                    ? ServerJson.Write(json => json.WriteString("text", done))
                    : done);
                return ExitCode.Done;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                return session.Fail(ExitCode.Failed, fault.Message);
            }
        });
        return command;
    }

    public static CliCommand Export(ServerCommand make)
    {
        Argument<string[]> versions = new("VERSION")
        {
            Description = "versions or :NUMBERs of packages",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string> file = new("--out") { Description = "the new file", HelpName = "FILE", Required = true };
        return make.Make(
            new CliCommand("export", "write packages with their files to a medium")
            {
                TakesFiles = true,
                Details = "For a server without network: `import` verifies every payload again.",
                Examples =
                [
                    ("corenode update-server export 1.4.1 --out /media/usb/1.4.1.export", "one release"),
                    ("corenode update-server export 1.3.0 1.4.1 --board amd64-usr --out usb.export", "with a floor"),
                ],
            },
            [versions, file, make.Options.App, make.Options.Board],
            async call =>
            {
                string app = await call.AppPathAsync();
                List<string> numbers = [];
                foreach (string version in call.Parsed.GetValue(versions)!)
                    numbers.Add(ServerCall.Id(await call.PackageAsync(app, version)));
                return await SaveAsync(
                    call, call.Parsed.GetValue(file)!, $"{app}/export?packages={string.Join(',', numbers)}");
            });
    }

    public static CliCommand Import(ServerCommand make)
    {
        Argument<string> file = new("FILE") { Description = "what `update-server export` wrote" };
        Option<string?> channel = new("--channel")
        {
            Description = "the channel that shall lead to the newest of them",
            HelpName = "CHANNEL",
        };
        return make.Make(
            new CliCommand("import", "take packages in that another server exported")
            {
                TakesFiles = true,
                Details = "Every payload is verified against this server's trusted keys; what is there already stays.",
                Examples =
                [
                    ("corenode update-server import /media/usb/1.4.1.export", "the packages only"),
                    ("corenode update-server import /media/usb/1.4.1.export --channel stable", "and roll out"),
                ],
            },
            [file, channel],
            async call =>
            {
                string path = "import" + (call.Parsed.GetValue(channel) is { } name
                    ? "?channel=" + ServerCall.Escape(name) : "");
                ToldPage report = await call.UploadAsync(path, call.Parsed.GetValue(file)!);
                return call.Show(report, () =>
                {
                    foreach (JsonElement note in report.Root.List("notes"))
                        call.Output.WriteLine(note.GetString());
                    string packages = report.Root.Texts("packages");
                    call.Output.WriteLine(
                        packages.Length > 0 ? $"taken in: {packages}" : "there was nothing new in it");
                });
            });
    }

    // The file gets its name only once it is whole and on disk.
    private static async Task<int> SaveAsync(ServerCall call, string file, string path)
    {
        string name = Path.GetFullPath(file);
        if (File.Exists(name))
            return call.Session.Fail(ExitCode.Failed, $"{name} is there already; nothing was changed");
        string temporary = name + ".tmp";
        try
        {
            (BackupDownload? download, AdminReply<ToldPage>? reply) = await call.Client.DownloadAsync(
                path, call.Cancellation);
            if (download is null)
            {
                ServerCall.Told(reply!);
                throw new ServerFailure(ExitCode.Failed, "the server sent nothing");
            }

            using (download)
                await CopyAsync(call, download.Body, temporary, Path.GetFileName(name));
            File.Move(temporary, name);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or HttpRequestException)
        {
            return call.Session.Fail(ExitCode.Failed, $"{name} is not complete, and was not kept: {fault.Message}");
        }
        finally
        {
            File.Delete(temporary);
        }

        long bytes = new FileInfo(name).Length;
        call.Output.WriteLine(call.IsJson
            ? ServerJson.Write(json =>
            {
                json.WriteString("path", name);
                json.WriteNumber("bytes", bytes);
            })
            : string.Create(CultureInfo.InvariantCulture, $"{name}: {ServerFields.Bytes(bytes)}"));
        return ExitCode.Done;
    }

    private static async Task CopyAsync(ServerCall call, Stream body, string path, string name)
    {
        using ProgressLine bar = new(call.Session.Host);
        FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, 1);
        await using (file.ConfigureAwait(false))
        {
            byte[] piece = new byte[CopyBytes];
            long done = 0;
            for (int count; (count = await body.ReadAsync(piece, call.Cancellation)) > 0;)
            {
                await file.WriteAsync(piece.AsMemory(0, count), call.Cancellation);
                done += count;
                bar.Show(name, done, -1);
            }

            file.Flush(flushToDisk: true);
        }
    }
}
