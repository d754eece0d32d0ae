using System.ComponentModel;
using System.Diagnostics;
using CoreNode.Foundation;
using CoreNode.Updates.Client.Ports;
using Microsoft.Extensions.Logging;

namespace CoreNode.Hosting.Updates;

/// <summary>Restarts this machine by a command.</summary>
/// <param name="options">Which one.</param>
/// <param name="isMachine">False if the slots are in an image file: then only a command that was given is run.</param>
/// <param name="logger">Told what is run.</param>
internal sealed class MachineReboot(UpdateOptions options, bool isMachine, ILogger logger) : IReboot
{
    // Where CoreOS's client put it; those who restart machines for others look there.
    private const string Marker = "run/update_engine_autoupdate_completed";
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public async Task RebootAsync(CancellationToken cancellation)
    {
        IReadOnlyList<string> command = options.RebootCommand;
        if (command.Count == 0 && !isMachine)
        {
            throw new IOException(
                "the slots are in an image file, so this machine is not restarted for them: say --reboot-command");
        }

        if (command.Count == 0)
            command = Directory.Exists("/run/systemd/system") ? ["systemctl", "reboot"] : ["reboot"];
        logger.Reboots(string.Join(' ', command));
        await RunAsync(command, cancellation);
    }

    /// <inheritdoc/>
    public void Announce(bool isWanted)
    {
        if (!isMachine)
            return;
        string file = Path.Combine(options.Root, Marker);
        try
        {
            if (isWanted)
                File.WriteAllBytes(file, []);
            else
                File.Delete(file);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            logger.NoMarker(file, refused.Message);
        }
    }

    /// <summary>Runs a command to its end.</summary>
    /// <exception cref="IOException">It cannot be started, fails, or takes too long.</exception>
    internal static async Task RunAsync(IReadOnlyList<string> command, CancellationToken cancellation)
    {
        string text = string.Join(' ', command);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_limit);
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(command[0], ListPart.From(command, 1)))!;
            await process.WaitForExitAsync(limit.Token);
            if (process.ExitCode != 0)
                throw new IOException($"\"{text}\" ended with exit code {process.ExitCode}");
        }
        catch (Win32Exception refused)
        {
            throw new IOException($"\"{text}\" cannot be started: {refused.Message}", refused);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"\"{text}\" did not end within {s_limit.TotalSeconds:0} s");
        }
    }
}
