using CoreNode.Boot;
using CoreNode.Hosting.Updates;
using CoreNode.Systemd;

namespace CoreNode.Hosting.Reboots;

/// <summary>What a machine is restarted with: its own systemd and kernel, or a test's.</summary>
internal sealed record RestartTools
{
    private const string StageFolder = $"/boot/{StageCopies.Folder}";

    /// <summary>This machine's.</summary>
    public static readonly RestartTools OfMachine = new();

    /// <summary>Whether systemd runs the machine.</summary>
    public Func<bool> HasSystemd { get; init; } = static () => Directory.Exists("/run/systemd/system");

    /// <summary>Whether a kernel is loaded to go straight into.</summary>
    public Func<bool> HasKernel { get; init; } = static () =>
        File.Exists("/sys/kernel/kexec_loaded") && File.ReadAllText("/sys/kernel/kexec_loaded").Trim() == "1";

    /// <summary>Whether this machine starts by a boot stage that can be the next kernel.</summary>
    public Func<bool> HasStage { get; init; } = static () => StageKernel.IsIn(StageFolder);

    /// <summary>Loads that one; an <see cref="IOException"/> says why it cannot be.</summary>
    public Action LoadStage { get; init; } = static () =>
        StageKernel.Load(StageFolder, File.ReadAllText("/proc/cmdline"));

    /// <summary>Asks logind for a restart through the firmware.</summary>
    public Func<CancellationToken, Task> AskLogind { get; init; } =
        static cancellation => LoginManager.RebootAsync(BusAddress.System, cancellation);

    /// <summary>Runs a command; an <see cref="IOException"/> says why it failed.</summary>
    public Func<IReadOnlyList<string>, CancellationToken, Task> RunAsync { get; init; } = MachineReboot.RunAsync;
}
