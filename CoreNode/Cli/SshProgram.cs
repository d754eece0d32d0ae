using System.ComponentModel;
using System.Diagnostics;

namespace CoreNode.Cli;

/// <summary>
/// The system's ssh, with the user's own keys, agent and configuration. $CORENODE_SSH names another program.
/// </summary>
internal static class SshProgram
{
    /// <summary>Runs it on this terminal until it ends, and gives its exit code.</summary>
    public static async Task<int> RunAsync(CliSession session, IReadOnlyList<string> arguments)
    {
        // Ctrl-C is for the far side: ssh passes it on, and this process waits for ssh.
        using Interrupt interrupt = new(session.Host.Cancellation);
        using Process process = Start(session.Host, arguments, isOwnTerminal: true);
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }

    /// <summary>Starts it; standard input is empty unless it has the terminal.</summary>
    /// <exception cref="UsageException">There is no ssh.</exception>
    public static Process Start(CliHost host, IReadOnlyList<string> arguments, bool isOwnTerminal)
    {
        string program = host.Environment("CORENODE_SSH") is { Length: > 0 } named ? named : "ssh";
        ProcessStartInfo start = new(program) { UseShellExecute = false, RedirectStandardInput = !isOwnTerminal };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        try
        {
            Process process = Process.Start(start)!;
            if (!isOwnTerminal)
                process.StandardInput.Close();
            return process;
        }
        catch (Win32Exception fault)
        {
            throw new UsageException(
                $"cannot run {program}: {fault.Message}; install it (apt-get install openssh-client)");
        }
    }
}
