using System.CommandLine;
using System.Text;

namespace CoreNode.Cli.Members;

/// <summary><c>cluster recover</c>: goes on with one survivor after a quorum was lost for good.</summary>
internal static class RecoverCommand
{
    public static CliCommand Build(CliSession session)
    {
        Option<string> folder = OfflineOptions.DataFolder();
        Option<bool> yes = new("--yes", "-y") { Description = "do not ask" };
        var command = new CliCommand("recover", "make a survivor the only member of a new cluster")
        {
            Details = "For a cluster that lost most of its members for good. Run it on the stopped survivor with the "
                + "highest last index (run it on each and answer no to compare). Everything in its log is kept. The "
                + "old members are shut out by a new cluster id: empty their data folders and add them again.",
            Examples =
            [
                ("corenode cluster recover --data-dir /var/lib/corenode", "says what may be lost, then asks"),
                ("corenode cluster recover --data-dir /var/lib/corenode --yes", "for scripts"),
            ],
        };
        command.Options.Add(folder);
        command.Options.Add(yes);
        command.SetAction(parsed => OfflineOptions.Run(session, offline =>
        {
            using IOfflineFolder data = offline.Open(parsed.GetValue(folder)!);
            OfflineReport found = data.Inspect();
            Explain(session.Host.Error, found);
            if (!parsed.GetValue(yes) && !Confirms(session))
                return session.Fail(ExitCode.Failed, "nothing was changed");
            OfflineReport done = data.Recover();
            if (session.IsJson(parsed))
                session.Host.Output.WriteLine(ToJson(done));
            else
                WriteNext(session.Host.Output, done, parsed.GetValue(folder)!);
            return ExitCode.Done;
        }));
        return command;
    }

    private static void Explain(TextWriter text, OfflineReport found)
    {
        text.WriteLine($"member {found.Name} ({found.Id}) of cluster {found.ClusterId}: last index {found.LastIndex}, "
            + $"term {found.Term}, {found.Keys} keys");
        ulong uncertain = found.LastIndex - found.KnownCommitted;
        text.WriteLine(uncertain == 0
            ? "All its entries are known to be committed."
            : $"{uncertain} entries after index {found.KnownCommitted} may or may not have been acknowledged: they are "
                + "kept.");
        text.WriteLine("Lost is what the other members had acknowledged and this one has not received.");
        text.WriteLine("Left behind for good, and never to be started again with their data:");
        foreach (string other in found.Others.DefaultIfEmpty("(nobody: this member is alone already)"))
            text.WriteLine($"  {other}");
    }

    private static bool Confirms(CliSession session)
    {
        session.Host.Error.Write("Make this member the only one of a new cluster? [y/N] ");
        session.Host.Error.Flush();
        using var input = new StreamReader(session.Host.Input, Encoding.UTF8, leaveOpen: true);
        return input.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }

    private static void WriteNext(TextWriter output, OfflineReport done, string folder)
    {
        output.WriteLine($"member {done.Name} ({done.Id}) is the only one of the new cluster {done.ClusterId}");
        output.WriteLine($"Start it as before (--data-dir {folder}). Then, for each other machine: empty its data");
        output.WriteLine("folder, run `corenode member add NAME PEER-URL` here, and what that prints there.");
    }

    private static string ToJson(OfflineReport done)
    {
        var text = new StringBuilder("{\"id\":");
        EtcdJson.AppendString(text, done.Id);
        text.Append(",\"clusterId\":");
        EtcdJson.AppendString(text, done.ClusterId);
        OfflineOptions.AppendNumbers(text, done.LastIndex, done.Keys);
        return text.Append('}').ToString();
    }
}
