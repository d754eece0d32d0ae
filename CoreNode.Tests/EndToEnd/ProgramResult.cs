namespace CoreNode.Tests.EndToEnd;

/// <summary>What a client program printed and how it ended.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Error)
{
    // Of one that hangs: what waits by itself says for how long.
    private static readonly TimeSpan _deadline = TimeSpan.FromMinutes(3);

    /// <summary>Runs a program to its end with <paramref name="input"/> as its standard input.</summary>
    public static async Task<ProgramResult> OfAsync(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        string input = "")
    {
        using RunningProgram running = RunningProgram.Start(program, arguments, environment);
        await running.WriteInputAsync(input);
        int code = await running.WaitForExitAsync(_deadline);
        return new ProgramResult(code, running.StandardOutput, running.StandardError);
    }
}
