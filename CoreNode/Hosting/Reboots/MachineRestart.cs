using CoreNode.Hosting.Updates;
using CoreNode.Platform;
using CoreNode.Reboots.Service.Ports;
using Microsoft.Extensions.Logging;

namespace CoreNode.Hosting.Reboots;

/// <summary>
/// Restarts this machine: by the command that was given, else straight into a kernel where that is wanted and can be,
/// else by logind, else by what the machine has for that. Asked once more because the machine did not go down, it goes
/// through the firmware.
/// </summary>
/// <param name="options">Which command.</param>
/// <param name="way">How, without a command.</param>
/// <param name="tools">What it is done with.</param>
/// <param name="logger">Told what is done.</param>
internal sealed class MachineRestart(UpdateOptions options, RestartWay way, RestartTools tools, ILogger logger)
    : IRestart
{
    // Stops the units as any restart does; where no kernel is loaded it looks for one in a systemd-boot.
    private static readonly string[] s_kexec = ["systemctl", "kexec"];

    private readonly MachineReboot _command = new(options, isMachine: true, logger);
    private bool _wasAsked;

    /// <inheritdoc/>
    public string Note { get; private set; } = "";

    /// <inheritdoc/>
    public Task SyncAsync(CancellationToken cancellation) => FileSystems.SyncAsync().WaitAsync(cancellation);

    /// <inheritdoc/>
    public async Task RestartAsync(string by, CancellationToken cancellation)
    {
        bool isCommand = options.RebootCommand.Count > 0;
        Note = isCommand && by.Length > 0 ? $"by --reboot-command, not by {by}" : "";
        RestartWay wanted = RebootFlags.Way(by) ?? way;
        bool hasSystemd = !isCommand && tools.HasSystemd();
        bool isStraight = wanted == RestartWay.Kexec
            || (wanted == RestartWay.Auto && (tools.HasKernel() || tools.HasStage()));
        if (!isCommand && isStraight && await KexecAsync(hasSystemd, cancellation))
            return;
        if (hasSystemd)
        {
            try
            {
                logger.Reboots("logind");
                await tools.AskLogind(cancellation);
                return;
            }
            catch (IOException fault)
            {
                logger.NoLogind(fault.Message);
            }
        }

        await _command.RebootAsync(cancellation);
    }

    private async Task<bool> KexecAsync(bool hasSystemd, CancellationToken cancellation)
    {
        string problem = !hasSystemd ? "systemd does not run this machine"
            : _wasAsked ? "the machine did not go down"
            : "";
        if (problem.Length == 0)
        {
            _wasAsked = true;
            try
            {
                if (!tools.HasKernel() && tools.HasStage())
                    tools.LoadStage();
                logger.Reboots("systemctl kexec");
                await tools.RunAsync(s_kexec, cancellation);
                Note = "straight into the kernel, without the firmware";
                return true;
            }
            catch (IOException fault)
            {
                problem = fault.Message;
            }
        }

        Note = $"through the firmware, as there is no way straight into the kernel: {problem}";
        logger.NoKexec(problem);
        return false;
    }
}
