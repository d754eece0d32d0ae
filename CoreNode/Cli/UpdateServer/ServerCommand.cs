using System.CommandLine;

namespace CoreNode.Cli.UpdateServer;

/// <summary>Makes the commands of the update server alike: their options, and how failures end them.</summary>
internal sealed class ServerCommand(CliSession session)
{
    /// <summary>Options that the commands share.</summary>
    public ServerOptions Options { get; } = new();

    /// <summary>Gives a command its arguments, options and work.</summary>
    /// <param name="command">Name and help.</param>
    /// <param name="symbols">Arguments and options, in the order of help.</param>
    /// <param name="run">What it does, with the exit code.</param>
    public CliCommand Make(
        CliCommand command, IReadOnlyList<Symbol> symbols, Func<ServerCall, Task<int>> run)
    {
        foreach (Symbol one in symbols)
        {
            if (one is Argument argument)
                command.Arguments.Add(argument);
            else if (one is Option option)
                command.Options.Add(option);
        }

        command.Options.Add(Options.TokenFile);
        command.SetAction(async (parsed, _) =>
        {
            using ServerCall call = new(session, parsed, Options);
            try
            {
                return await run(call);
            }
            catch (ServerFailure failure)
            {
                return session.Fail(failure.ExitCode, [.. failure.Lines]);
            }
        });
        return command;
    }

    /// <summary>A group of commands.</summary>
    public static CliCommand Group(CliCommand group, params ReadOnlySpan<CliCommand> commands)
    {
        foreach (CliCommand command in commands)
            group.Subcommands.Add(command);
        return group;
    }
}
