using CoreNode.Cli;
using CoreNode.Disks;
using CoreNode.Hosting;
using CoreNode.Hosting.Payloads;
using CoreNode.Hosting.UpdateServer;
using CoreNode.Images;
using CoreNode.Platform;

namespace CoreNode.Tests.Cli;

/// <summary>A run of the command line inside the test: what it printed and how it ended.</summary>
internal sealed record CliRun(int ExitCode, string Output, string Error)
{
    /// <summary>Runs corenode; <paramref name="input"/> null means that standard input is a terminal.</summary>
    public static Task<CliRun> OfAsync(string[] args, byte[]? input = null, string? endpoints = null) =>
        OfAsync("corenode", args, input, endpoints);

    /// <summary>Runs it as another tool.</summary>
    public static async Task<CliRun> OfAsync(string program, string[] args, byte[]? input, string? endpoints)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        CliHost host = Host(output, error, input, endpoints);
        int exitCode = await CommandLine.RunAsAsync(program, args, host);
        return new CliRun(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>A process around the command line; environment variables are only those for the endpoints.</summary>
    public static CliHost Host(TextWriter output, TextWriter error, byte[]? input = null, string? endpoints = null) =>
        new()
        {
            RunNode = (args, _) =>
            {
                output.Write($"node {string.Join(' ', args)}");
                return Task.FromResult(7);
            },
            Input = new MemoryStream(input ?? []),
            IsInputRedirected = input is not null,
            Output = output,
            Error = error,
            Environment = name => name is "CORENODE_ENDPOINTS" or "ETCDCTL_ENDPOINTS" ? endpoints : null,
            Build = new BuildInfo("1.2.3", "abc1234", ".NET 9.0.0", "native linux-x64"),
            SendSignal = ProcessSignals.Send,
            Offline = new OfflineFolders(new RealFiles(), TimeProvider.System),
            Certificates = new CertificateOffice(TimeProvider.System),
            Slots = new SlotOffice(new MachineDisks("/"), verify: null),
            Images = new ImageOffice(new MachineDisks("/"), new DiskUse("/")),
            SigningKeys = new KeyOffice(),
            Payloads = new PayloadOffice(),
            RestoreUpdateServer = UpdateServerHost.RestoreAsync,
        };
}
