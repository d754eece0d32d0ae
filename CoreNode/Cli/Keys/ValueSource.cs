using System.CommandLine;
using System.Text;

namespace CoreNode.Cli.Keys;

/// <summary>Where a value to write comes from: the command line, a file, or standard input. Bytes stay as they are.
/// </summary>
internal sealed class ValueSource
{
    public Argument<string?> Value { get; } = new("VALUE")
    {
        Description = "the value; - reads it from standard input, which is also read if there is no value",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Option<string?> File { get; } = new("--file")
    {
        Description = "takes the value from a file",
        HelpName = "FILE",
    };

    /// <summary>Puts the argument and the option on a command.</summary>
    public void AddTo(Command command)
    {
        command.Arguments.Add(Value);
        command.Options.Add(File);
    }

    /// <summary>Reads the value.</summary>
    /// <exception cref="UsageException">There is none, there are two, or the file cannot be read.</exception>
    public async Task<byte[]> ReadAsync(ParseResult parsed, CliHost host)
    {
        string? value = parsed.GetValue(Value);
        string? file = parsed.GetValue(File);
        if (value is not null && file is not null)
            throw new UsageException("there is a value and --file; give one of them");
        if (file is not null)
            return await ReadFileAsync(file, host.Cancellation);
        if (value is not null && value != "-")
            return Encoding.UTF8.GetBytes(value);
        if (value is null && !host.IsInputRedirected)
            throw new UsageException("value required: write it after the key, pipe it in, or use --file FILE");
        using var bytes = new MemoryStream();
        await host.Input.CopyToAsync(bytes, host.Cancellation);
        // An empty pipe is more likely a forgotten value in a script than an empty one, which is written '' or with -.
        if (value is null && bytes.Length == 0)
            throw new UsageException("value required: standard input is empty; write '' for an empty value");
        return bytes.ToArray();
    }

    private static async Task<byte[]> ReadFileAsync(string file, CancellationToken cancellation)
    {
        try
        {
            return await System.IO.File.ReadAllBytesAsync(file, cancellation);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"cannot read the value from {file}: {fault.Message}");
        }
    }
}
