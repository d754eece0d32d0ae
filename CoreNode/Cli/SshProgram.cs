using System.ComponentModel;
using System.Diagnostics;
using CoreNode.Foundation;

namespace CoreNode.Cli;

/// <summary>
/// The system's ssh, with the user's own keys, agent and configuration. $CORENODE_SSH names another program.
/// </summary>
internal static class SshProgram
{
    /// <summary>Runs it on this terminal until it ends, and gives its exit code.</summary>
    public static Task<int> RunAsync(CliSession session, IReadOnlyList<string> arguments) =>
        RunAsync(session, () => Start(session.Host, arguments, isOwnTerminal: true));

    /// <summary>Runs what it would run there on this machine, which is there.</summary>
    public static Task<int> RunHereAsync(CliSession session, IReadOnlyList<string> command) =>
        RunAsync(session, () => Start(command[0], ListPart.From(command, 1), isOwnTerminal: true, ""));

    /// <summary>Starts it; standard input is empty unless it has the terminal.</summary>
    /// <exception cref="UsageException">There is no ssh.</exception>
    public static Process Start(CliHost host, IReadOnlyList<string> arguments, bool isOwnTerminal)
    {
        string program = host.Environment("CORENODE_SSH") is { Length: > 0 } named ? named : "ssh";
        return Start(program, arguments, isOwnTerminal, "; install it (apt-get install openssh-client)");
    }

    private static async Task<int> RunAsync(CliSession session, Func<Process> start)
    {
        // Ctrl-C is for the program, here or there: ssh passes it on, and this process waits.
        using Interrupt interrupt = new(session.Host.Cancellation);
        using Process process = start();
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }

    private static Process Start(
        string program, IReadOnlyList<string> arguments, bool isOwnTerminal, string whatToDo)
    {
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
            throw new UsageException($"cannot run {program}: {fault.Message}{whatToDo}");
        }
    }
}
