using CoreNode.Hosting.Updates;
using CoreNode.Platform;
using CoreNode.Reboots.Service.Ports;
using CoreNode.Systemd;
using Microsoft.Extensions.Logging;

namespace CoreNode.Hosting.Reboots;

/// <summary>
/// Restarts this machine: by the command that was given, else by logind, else by what the machine has for that.
/// </summary>
/// <param name="options">Which command.</param>
/// <param name="logger">Told what is done.</param>
internal sealed class MachineRestart(UpdateOptions options, ILogger logger) : IRestart
{
    private readonly MachineReboot _command = new(options, isMachine: true, logger);

    /// <inheritdoc/>
    public Task SyncAsync(CancellationToken cancellation) => FileSystems.SyncAsync().WaitAsync(cancellation);

    /// <inheritdoc/>
    public async Task RestartAsync(CancellationToken cancellation)
    {
        if (options.RebootCommand.Count == 0 && Directory.Exists("/run/systemd/system"))
        {
            try
            {
                logger.Reboots("logind");
                await LoginManager.RebootAsync(BusAddress.System, cancellation);
                return;
            }
            catch (IOException fault)
            {
                logger.NoLogind(fault.Message);
            }
        }

        await _command.RebootAsync(cancellation);
    }
}
