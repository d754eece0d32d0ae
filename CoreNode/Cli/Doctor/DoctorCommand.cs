using System.CommandLine;
using CoreNode.Api.Client;
using CoreNode.Cli.Pki;

namespace CoreNode.Cli.Doctor;

/// <summary><c>doctor</c>: what is wrong here or will be, and what to do.</summary>
internal static class DoctorCommand
{
    private const string DefaultDataFolder = "/var/lib/corenode";

    public static CliCommand Build(CliSession session)
    {
        Option<string> certs = new("--certs")
        {
            Description = $"folder with certificates to look at (default: {PkiOptions.DefaultFolder}, if it is there)",
            HelpName = "FOLDER",
        };
        Option<string> data = new("--data-dir")
        {
            Description = $"data folder of the node here (default: {DefaultDataFolder}, if it is there)",
            HelpName = "FOLDER",
        };
        var command = new CliCommand("doctor", "look for what is wrong or will be, and say what to do")
        {
            Details = "Looks at the nodes at --endpoints (whether they are well, their clocks, the certificates they "
                + "show), at units and machines of a cluster that uses them, at what would run units here, at what "
                + "keeps any machine of the cluster from updating and restarting itself tonight (machines that do "
                + "not answer, server, keys, slots, strategy, windows, quorum, the lock, cordons, failed releases), "
                + "at what keeps this machine's overlay networks from working, at the files of --cacert, --cert and "
                + "--key, at a folder of certificates and at the room for "
                + "data. A certificate is to be renewed 30 days before it expires (a CA: a year), a short-lived one in "
                + "the last third of its life. Exit code 1 if there is a problem, 0 with warnings only.",
            Examples =
            [
                ("corenode doctor", "this machine, its node, and the other machines as it sees them"),
                ("corenode doctor --endpoints https://10.0.0.1:2379 --cacert ca.crt --cert app.crt --key app.key",
                    "another node, as a client with a certificate"),
                ("corenode doctor --certs ./pki -o json", "for a monitor"),
            ],
        };
        command.Options.Add(certs);
        command.Options.Add(data);
        command.SetAction(async (parsed, _) =>
        {
            if (session.Host.Certificates is not { } office)
                throw new InvalidOperationException("this process has no certificates");
            ClientOptions options = session.Options.ToClientOptions(parsed, session.Host);
            DateTimeOffset now = session.Host.Time.GetUtcNow();
            CertificateChecks certificates = new(office, now);
            string? dataFolder = parsed.GetValue(data)
                ?? (Directory.Exists(DefaultDataFolder) ? DefaultDataFolder : null);
            bool isNodeExpected = dataFolder is not null || IsEndpointNamed(session, parsed);
            List<Finding> findings = [.. CheckFiles(session, parsed, certificates, parsed.GetValue(certs))];
            if (dataFolder is not null)
                findings.Add(DiskCheck.Check(dataFolder));
            EndpointChecks endpoints = new(options, office, certificates, now, isNodeExpected);
            Task<IReadOnlyList<Finding>> units = UnitChecks.CheckAsync(options, session.Host.Cancellation);
            Task<IReadOnlyList<Finding>> updates = UpdateChecks.CheckAsync(options, session.Host.Cancellation);
            Task<IReadOnlyList<Finding>> overlay = OverlayChecks.CheckAsync(options, session.Host.Cancellation);
            findings.AddRange(await session.WithNoticeAsync(
                endpoints.CheckAsync(session.Host.Cancellation), "waiting for the nodes …"));
            findings.AddRange(await session.WithNoticeAsync(units, "waiting for the units …"));
            findings.AddRange(await session.WithNoticeAsync(overlay, "waiting for the overlay …"));
            if (isNodeExpected && session.Host.FindUnitManager is { } find)
                findings.Add(UnitChecks.Judge(await find(session.Host.Cancellation)));
            findings.AddRange(await session.WithNoticeAsync(updates, "waiting for the machines …"));
            if (session.IsJson(parsed))
                await session.Host.Output.WriteLineAsync(DoctorReport.ToJson(findings));
            else
                DoctorReport.Write(session.Host.Output, findings);
            return findings.Any(static one => one.Severity == Severity.Problem) ? ExitCode.Failed : ExitCode.Done;
        });
        return command;
    }

    private static bool IsEndpointNamed(CliSession session, ParseResult parsed) =>
        parsed.GetValue(session.Options.Endpoints) is not null
        || !string.IsNullOrWhiteSpace(session.Host.Environment("CORENODE_ENDPOINTS"));

    private static IEnumerable<Finding> CheckFiles(
        CliSession session, ParseResult parsed, CertificateChecks certificates, string? folder)
    {
        GlobalOptions options = session.Options;
        IEnumerable<Finding> own = certificates.CheckOwn(
            parsed.GetValue(options.CaFile), parsed.GetValue(options.CertFile), parsed.GetValue(options.KeyFile));
        folder ??= Directory.Exists(PkiOptions.DefaultFolder) ? PkiOptions.DefaultFolder : null;
        return folder is null ? own : own.Concat(certificates.CheckFolder(folder));
    }
}
