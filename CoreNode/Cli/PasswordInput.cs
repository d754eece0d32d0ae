using System.Text;

namespace CoreNode.Cli;

/// <summary>
/// Passwords from where others do not see them: typed without an echo, or the first line of what is piped in. On the
/// command line every user of the machine can read them.
/// </summary>
internal static class PasswordInput
{
    private const int MaxBytes = 4096;

    /// <summary>A new password: from the option, the pipe, or typed twice.</summary>
    public static async Task<string> NewAsync(CliHost host, string? given, string name)
    {
        if (given is { Length: > 0 })
            return given;
        if (host.IsInputRedirected)
        {
            string line = await FirstLineAsync(host);
            return line.Length > 0
                ? line
                : throw new UsageException("password required: standard input is empty; pipe it in, or use --password");
        }

        string first = Ask(host, $"New password of {name}: ");
        if (first.Length == 0)
            throw new UsageException("password required: an empty one is not possible");
        return Ask(host, "Once more: ") == first
            ? first
            : throw new UsageException("the two passwords differ; nothing was changed");
    }

    /// <summary>Asks on the terminal.</summary>
    public static string Ask(CliHost host, string prompt)
    {
        if (host.ReadSecret is null || host.IsInputRedirected)
        {
            throw new UsageException(
                "there is no terminal to ask for the password: write --user NAME:PASSWORD, or set CORENODE_USER");
        }

        host.Error.Write(prompt);
        host.Error.Flush();
        string secret = host.ReadSecret() ?? "";
        host.Error.WriteLine();
        return secret;
    }

    /// <summary>The first line of standard input, without its end.</summary>
    public static async Task<string> FirstLineAsync(CliHost host)
    {
        var line = new List<byte>();
        byte[] one = new byte[1];
        while (line.Count <= MaxBytes && await host.Input.ReadAsync(one, host.Cancellation) > 0 && one[0] != '\n')
            line.Add(one[0]);
        return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
    }
}
