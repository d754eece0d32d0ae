using System.Runtime.InteropServices;
using CoreNode.Cli.Boot;
using CoreNode.Cli.Config;
using CoreNode.Cli.Discovery;
using CoreNode.Cli.Doctor;
using CoreNode.Cli.Images;
using CoreNode.Cli.Members;
using CoreNode.Cli.Payloads;
using CoreNode.Cli.Pki;
using CoreNode.Cli.Slots;

namespace CoreNode.Cli;

/// <summary>
/// What the command line needs of the process it runs in. Hosting supplies it; tests supply their own.
/// </summary>
public sealed record CliHost
{
    /// <summary>Runs the supervisor with the arguments after <c>node</c> (it parses them and prints their help itself)
    /// and gives the exit code.</summary>
    public required Func<string[], CancellationToken, Task<int>> RunNode { get; init; }

    /// <summary>Bytes of standard input.</summary>
    public required Stream Input { get; init; }

    /// <summary>True if standard input is a pipe or a file, so that a value may be read from it.</summary>
    public required bool IsInputRedirected { get; init; }

    /// <summary>
    /// Reads a line from the terminal without showing it; null where that is not possible.
    /// </summary>
    public Func<string?>? ReadSecret { get; init; }

    /// <summary>Results.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Opens standard output for bytes, for the one command that passes a stream through; null where that
    /// is not possible.</summary>
    public Func<Stream>? RawOutput { get; init; }

    /// <summary>Problems and progress.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>How many characters fit on a line of the terminal that results go to; null beside a pipe.</summary>
    public Func<int>? OutputWidth { get; init; }

    /// <summary>True if somebody watches standard error: long waits then say what they wait for.</summary>
    public bool IsErrorTerminal { get; init; }

    /// <summary>Looks up an environment variable; null if not set.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary>What this binary is.</summary>
    public required BuildInfo Build { get; init; }

    /// <summary>Sends a signal to a process by its id, for commands that run others.</summary>
    public required Action<int, PosixSignal> SendSignal { get; init; }

    /// <summary>Work on the data of a node that does not run; null where there is none.</summary>
    public IOfflineCluster? Offline { get; init; }

    /// <summary>Work with certificates; null where there is none.</summary>
    public ICertificateOffice? Certificates { get; init; }

    /// <summary>Work on the slots of a disk; null where there is none.</summary>
    public ISlotOffice? Slots { get; init; }

    /// <summary>What the boot stage does, and the archive that it is in; null where there is none.</summary>
    public IBootOffice? Boot { get; init; }

    /// <summary>Work with images of machines; null where there is none.</summary>
    public IImageOffice? Images { get; init; }

    /// <summary>Work with configurations of machines; null where there is none.</summary>
    public IConfigOffice? Configurations { get; init; }

    /// <summary>Work with the keys that sign updates; null where there is none.</summary>
    public IKeyOffice? SigningKeys { get; init; }

    /// <summary>Work with updates as files; null where there is none.</summary>
    public IPayloadOffice? Payloads { get; init; }

    /// <summary>Looks what would run units on this machine; null where that cannot be done.</summary>
    public Func<CancellationToken, Task<UnitsFinding>>? FindUnitManager { get; init; }

    /// <summary>Runs the discovery service and gives the exit code; null where it cannot be run.</summary>
    public Func<DiscoveryServing, CancellationToken, Task<int>>? ServeDiscovery { get; init; }

    /// <summary>Runs the update server with the arguments after <c>serve</c> (it parses them and prints their help
    /// itself) and gives the exit code; null where it cannot be run.</summary>
    public Func<string[], CancellationToken, Task<int>>? ServeUpdates { get; init; }

    /// <summary>Makes an update server's folder (second) from a backup (first), also in the place of one that is there
    /// (third), and says what came of it; null where that cannot be done.</summary>
    public Func<string, string, bool, CancellationToken, Task<string>>? RestoreUpdateServer { get; init; }

    /// <summary>Looks up the SRV records of a name; null where that cannot be done.</summary>
    public Func<string, CancellationToken, Task<ServiceTargets>>? FindServices { get; init; }

    /// <summary>Time for deadlines and notices.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Ends whatever runs.</summary>
    public CancellationToken Cancellation { get; init; }
}
