using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using CoreNode.Cli;
using CoreNode.Cli.Discovery;
using CoreNode.Cli.Doctor;
using CoreNode.Cli.Payloads;
using CoreNode.Disks;
using CoreNode.Hosting.Boot;
using CoreNode.Hosting.Payloads;
using CoreNode.Hosting.Provision;
using CoreNode.Hosting.Updates;
using CoreNode.Hosting.UpdateServer;
using CoreNode.Images;
using CoreNode.Platform;
using CoreNode.Runner.Guard;
using CoreNode.Runner.Launch;
using CoreNode.Systemd;

namespace CoreNode.Hosting;

/// <summary>
/// This process as the command line sees it: streams, environment, what was built, how a node is run.
/// </summary>
internal static class ProcessHost
{
    /// <summary>
    /// Runs the command line of this process, by the name that it was called by, and gives the exit code.
    /// </summary>
    public static Task<int> RunAsync(string programName, string[] args)
    {
        // The machine has nothing yet that anything below would need.
        if (BootProgram.IsCalled(programName))
            return Task.FromResult(BootProgram.Run(args));
        // Not a command for people, and started for each process of a unit: nothing else is made ready for it.
        return args is [UnitLauncher.Command]
            ? Task.FromResult(UnitLauncher.Run())
            : RunCommandAsync(programName, args);
    }

    private static async Task<int> RunCommandAsync(string programName, string[] args)
    {
        // Hidden: started by a node itself, and as small as it can be.
        if (args is [GuardProgram.Command, .. var guarding])
            return GuardProgram.Run(guarding);
        if (args is [WorkerHost.Command])
            return await RunWorkerAsync();
        using Stream input = Console.OpenStandardInput();
        await using StreamWriter output = Utf8(Console.OpenStandardOutput(), isAutoFlushed: false);
        await using StreamWriter error = Utf8(Console.OpenStandardError(), isAutoFlushed: true);
        BuildInfo build = ReadBuild();
        return await CommandLine.RunAsAsync(programName, args, new CliHost
        {
            RunNode = (arguments, cancellation) => RunNodeAsync(arguments, build, output, error, cancellation),
            Input = input,
            IsInputRedirected = Console.IsInputRedirected,
            ReadSecret = Console.IsInputRedirected ? null : ReadSecret,
            Output = output,
            RawOutput = Console.OpenStandardOutput,
            Error = error,
            OutputWidth = Console.IsOutputRedirected ? null : static () => Console.WindowWidth,
            IsErrorTerminal = !Console.IsErrorRedirected,
            Environment = Environment.GetEnvironmentVariable,
            Build = build,
            SendSignal = ProcessSignals.Send,
            FindServices = FindServicesAsync,
            ServeDiscovery = (serving, cancellation) =>
                new DiscoveryHost(error, Environment.GetEnvironmentVariable).RunAsync(serving, cancellation),
            ServeUpdates = (arguments, cancellation) =>
                ServeUpdatesAsync(arguments, build, output, error, cancellation),
            RestoreUpdateServer = UpdateServerHost.RestoreAsync,
            Offline = new OfflineFolders(new RealFiles(), TimeProvider.System),
            Certificates = new CertificateOffice(TimeProvider.System),
            Slots = new SlotOffice(new MachineDisks("/"), new SlotTrust(PayloadCommands.TrustFolder).Judge),
            Boot = new BootOffice(),
            Images = new ImageOffice(new MachineDisks("/"), new DiskUse("/")),
            Configurations = new ConfigOffice(error, Environment.GetEnvironmentVariable, TimeProvider.System),
            SigningKeys = new KeyOffice(),
            Payloads = new PayloadOffice(),
            FindUnitManager = FindUnitManagerAsync,
        });
    }

    private static async Task<int> RunWorkerAsync()
    {
        using StreamReader input = new(Console.OpenStandardInput());
        await using StreamWriter output = Utf8(Console.OpenStandardOutput(), isAutoFlushed: false);
        return await WorkerHost.RunAsync(input, output, ReadBuild().Version);
    }

    // As --unit-manager auto chooses.
    private static async Task<UnitsFinding> FindUnitManagerAsync(CancellationToken cancellation)
    {
        SystemdFinding found = await SystemdProbe.ExamineAsync(new SystemdOptions(), cancellation);
        return new UnitsFinding(found.IsUsable, found.Reason);
    }

    /// <summary>What this binary is, from what the build wrote into it.</summary>
    public static BuildInfo ReadBuild()
    {
        // The SDK writes version+commit where the build sets SourceRevisionId.
        string text = typeof(ProcessHost).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
        string[] parts = text.Split('+', 2);
        string kind = RuntimeFeature.IsDynamicCodeCompiled ? "managed" : "native";
        return new BuildInfo(
            parts[0],
            parts.Length > 1 && parts[1].Length > 0 ? parts[1] : "unknown",
            RuntimeInformation.FrameworkDescription,
            $"{kind} {RuntimeInformation.RuntimeIdentifier}");
    }

    private static string? ReadSecret()
    {
        StringBuilder line = new();
        while (true)
        {
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter)
                return line.ToString();
            if (key.Key == ConsoleKey.Backspace)
                line.Length = Math.Max(0, line.Length - 1);
            else if (key.KeyChar == '\u0004')
                return line.Length > 0 ? line.ToString() : null;
            else if (key.KeyChar != '\0')
                line.Append(key.KeyChar);
        }
    }

    private static async Task<ServiceTargets> FindServicesAsync(string name, CancellationToken cancellation)
    {
        NameAnswer<SrvRecord> answer = await new SystemNames().FindServicesAsync(name, cancellation);
        return answer switch
        {
            NameAnswer<SrvRecord>.Found found => new ServiceTargets(
                [.. found.Records.OrderBy(r => r.Priority).ThenByDescending(r => r.Weight).Select(r => string.Create(
                    CultureInfo.InvariantCulture, $"{r.Target}:{r.Port}"))],
                null),
            NameAnswer<SrvRecord>.None none => new ServiceTargets([], none.Reason),
            NameAnswer<SrvRecord>.Failed failed => new ServiceTargets([], failed.Reason),
            _ => throw new InvalidOperationException("an unknown kind of answer"),
        };
    }

    private static StreamWriter Utf8(Stream stream, bool isAutoFlushed) =>
        new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = isAutoFlushed };

    private static Task<int> ServeUpdatesAsync(
        string[] arguments, BuildInfo build, StreamWriter output, TextWriter error, CancellationToken cancellation) =>
        new UpdateServerHost(output, error, Environment.GetEnvironmentVariable, $"{build.Version}+{build.Commit}")
            .RunAsync(arguments, cancellation);

    private static Task<int> RunNodeAsync(
        string[] arguments, BuildInfo build, StreamWriter output, TextWriter error, CancellationToken cancellation)
    {
        // What a node says belongs to somebody who watches it now.
        output.AutoFlush = true;
        NodeHost node = new(output, error, Environment.GetEnvironmentVariable, $"{build.Version}+{build.Commit}");
        return node.RunAsync(arguments, cancellation);
    }
}
