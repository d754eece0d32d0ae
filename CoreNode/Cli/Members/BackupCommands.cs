using System.CommandLine;
using System.Text;
using CoreNode.Api.Client;

namespace CoreNode.Cli.Members;

/// <summary><c>cluster backup</c> and <c>cluster restore</c>.</summary>
internal static class BackupCommands
{
    private const int CopyBytes = 1 << 20;

    public static CliCommand Backup(CliSession session)
    {
        Argument<string> file = new("FILE") { Description = "the new file" };
        Option<string> folder = OfflineOptions.DataFolder(isRequired: false);
        Option<bool> local = new("--local")
        {
            Description = "what the member has, also without a quorum: the newest writes may be missing",
        };
        var command = new CliCommand("backup", "write the whole state to a file, and check it")
        {
            Details = "Through a member while the cluster runs, or from the data folder of a stopped one. The file "
                + "gets its name only once it is whole, checked and on disk.",
            Examples =
            [
                ("corenode cluster backup /backup/store-1", "everything acknowledged so far"),
                ("corenode cluster backup --data-dir /var/lib/corenode /backup/store-1", "of a stopped node"),
            ],
        };
        command.Arguments.Add(file);
        command.Options.Add(folder);
        command.Options.Add(local);
        command.SetAction(async (parsed, _) =>
        {
            string path = Path.GetFullPath(parsed.GetValue(file)!);
            if (File.Exists(path))
                return session.Fail(ExitCode.Failed, $"{path} is there already; nothing was changed");
            if (parsed.GetValue(folder) is not { } data)
                return await DownloadAsync(session, parsed, path, parsed.GetValue(local));
            return OfflineOptions.Run(session, offline =>
            {
                using IOfflineFolder stopped = offline.Open(data);
                stopped.Backup(path);
                return Report(session, parsed, offline.Check(path), path);
            });
        });
        return command;
    }

    public static CliCommand Restore(CliSession session)
    {
        Argument<string> file = new("FILE") { Description = "a file that `corenode cluster backup` wrote" };
        Option<string> folder = new("--data-dir")
        {
            Description = "the new member's data folder, empty",
            HelpName = "FOLDER",
            Required = true,
        };
        Option<string> name = new("--name") { Description = "its --name", HelpName = "NAME", Required = true };
        Option<string> urls = new("--initial-advertise-peer-urls", "--peer-urls")
        {
            Description = "where other members will reach it",
            HelpName = "URL,…",
            Required = true,
        };
        var command = new CliCommand("restore", "make the first member of a new cluster from a backup")
        {
            Details = "The file is checked completely first. Members of the old cluster have nothing to do with the "
                + "new one; add fresh members to it.",
            Examples =
            [
                ("corenode cluster restore store-1 --data-dir /data --name a --peer-urls http://10.0.0.1:2380",
                    "then start the node, and add others"),
                ("corenode cluster restore store-1 --data-dir look --name x --peer-urls http://127.0.0.1:2380",
                    "to look at an old state"),
            ],
        };
        command.Arguments.Add(file);
        command.Options.Add(folder);
        command.Options.Add(name);
        command.Options.Add(urls);
        command.SetAction(parsed => OfflineOptions.Run(session, offline =>
        {
            string[] peers = parsed.GetValue(urls)!.Split(',', StringSplitOptions.RemoveEmptyEntries);
            string data = parsed.GetValue(folder)!;
            if (peers.Length == 0 || peers.Any(one => !Uri.TryCreate(one, UriKind.Absolute, out Uri? uri)
                || uri.Scheme is not ("http" or "https")))
            {
                throw new UsageException("--initial-advertise-peer-urls: URLs such as http://10.0.0.1:2380 are needed");
            }

            using IOfflineFolder empty = offline.Open(data);
            OfflineReport done = empty.Restore(parsed.GetValue(file)!, peers);
            if (session.IsJson(parsed))
                WriteJson(session, done, data);
            else
                WriteNext(session.Host.Output, done, data, parsed.GetValue(name)!, peers);
            return ExitCode.Done;
        }));
        return command;
    }

    private static async Task<int> DownloadAsync(CliSession session, ParseResult parsed, string path, bool isLocal)
    {
        using V2Client client = session.OpenClient(parsed);
        (BackupDownload? download, V2Reply? reply) = await session.WithNoticeAsync(
            client.DownloadAsync(isLocal, session.Host.Cancellation), "waiting for a member to begin …");
        if (download is null)
            return Refuse(session, reply!);
        string temporary = path + ".tmp";
        try
        {
            using (download)
                await SaveAsync(download.Body, temporary, session.Host.Cancellation);
            return OfflineOptions.Run(session, offline =>
            {
                OfflineReport report = offline.Check(temporary);
                File.Move(temporary, path);
                return Report(session, parsed, report, path);
            });
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or HttpRequestException)
        {
            return session.Fail(ExitCode.Failed, $"the backup is not complete: {fault.Message}");
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static async Task SaveAsync(Stream body, string path, CancellationToken cancellation)
    {
        var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, CopyBytes);
        await using (file)
        {
            await body.CopyToAsync(file, CopyBytes, cancellation);
            file.Flush(flushToDisk: true);
        }
    }

    private static int Refuse(CliSession session, V2Reply reply) => reply switch
    {
        V2Reply.Failed failed => session.FailUnreachable(failed.Failures),
        V2Reply.Answered { Status: 404 } answer => session.Fail(
            ExitCode.Failed, $"{answer.Endpoint} is no corenode: it gives no backups"),
        V2Reply.Answered { Status: 401 or 403 } answer => session.Fail(
            ExitCode.Failed, $"{answer.Endpoint}: {V2Json.ParseError(answer).Message}"),
        V2Reply.Answered answer => session.Fail(
            ExitCode.Failed, $"{answer.Endpoint}: {V2Json.ParseError(answer).Message}", "--local asks for no quorum"),
        _ => throw new InvalidOperationException("an unknown kind of reply"),
    };

    private static int Report(CliSession session, ParseResult parsed, OfflineReport report, string path)
    {
        if (session.IsJson(parsed))
            WriteJson(session, report, path);
        else
        {
            session.Host.Output.WriteLine(
                $"{path}: index {report.LastIndex}, {report.Keys} keys, {new FileInfo(path).Length} bytes, checked");
        }

        return ExitCode.Done;
    }

    private static void WriteJson(CliSession session, OfflineReport report, string path)
    {
        var text = new StringBuilder("{\"path\":");
        EtcdJson.AppendString(text, path);
        OfflineOptions.AppendNumbers(text, report.LastIndex, report.Keys);
        session.Host.Output.WriteLine(text.Append('}').ToString());
    }

    private static void WriteNext(
        TextWriter output, OfflineReport done, string folder, string name, IReadOnlyList<string> peers)
    {
        string urls = string.Join(',', peers);
        output.WriteLine(
            $"{folder}: member {done.Id}, the only one of the new cluster {done.ClusterId}, {done.Keys} keys");
        output.WriteLine("Start it:");
        output.WriteLine($"  corenode node --name {name} --data-dir {folder} --listen-peer-urls {urls}"
            + $" --initial-advertise-peer-urls {urls}");
        output.WriteLine("Then add others with `corenode member add NAME PEER-URL`.");
    }
}
