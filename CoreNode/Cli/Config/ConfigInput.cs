using System.CommandLine;

namespace CoreNode.Cli.Config;

/// <summary>What the config commands share: which configuration, which root, and what goes wrong.</summary>
internal static class ConfigInput
{
    private const int LongestInputBytes = 32 << 20;
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    public static Argument<string?> File(bool isNeeded) => new("FILE")
    {
        Description = isNeeded
            ? "file with the configuration; - for standard input"
            : "file or URL of the configuration, - for standard input; default: what the machine's sources give",
        Arity = isNeeded ? ArgumentArity.ExactlyOne : ArgumentArity.ZeroOrOne,
    };

    public static Option<string> Root() => new("--root")
    {
        Description = "folder that is the machine's root, as a mounted image; no unit is started then (default: /)",
        HelpName = "FOLDER",
        DefaultValueFactory = static _ => "/",
    };

    public static Option<string[]> From() => new("--from")
    {
        Description = "source to ask; repeatable: auto for those that the machine says it has, file=PATH, dir=PATH, "
            + "url=URL, cmdline, oem, config-drive[=PLACE], nocloud[=PLACE or URL], azure[=PLACE], ec2, digitalocean, "
            + "openstack, gce, packet (default: auto)",
        HelpName = "SOURCE",
    };

    /// <summary>What the command line asks for; standard input is read where it is named.</summary>
    public static async Task<ConfigRequest> ReadAsync(
        CliSession session, ParseResult parsed, Argument<string?> file, Option<string>? root)
    {
        string? where = parsed.GetValue(file);
        bool isTimed = parsed.GetResult(session.Options.Timeout) is { Implicit: false };
        return new ConfigRequest
        {
            Where = where,
            Content = where == "-" ? await ReadInputAsync(session) : default,
            Root = root is null ? "/" : Path.GetFullPath(parsed.GetValue(root)!),
            Limit = isTimed ? parsed.GetValue(session.Options.Timeout) : s_limit,
            WantsJson = session.IsJson(parsed),
        };
    }

    /// <summary>Runs the work; what goes wrong with files and sources is told in one line.</summary>
    public static async Task<int> RunAsync(CliSession session, Func<IConfigOffice, Task<int>> work)
    {
        if (session.Host.Configurations is not { } office)
            throw new InvalidOperationException("this process configures no machine");
        try
        {
            return await work(office);
        }
        catch (FormatException wrong)
        {
            throw new UsageException(wrong.Message);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return session.Fail(ExitCode.NotFound, missing.Message);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return session.Fail(ExitCode.Failed, fault.Message);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadInputAsync(CliSession session)
    {
        if (!session.Host.IsInputRedirected)
            throw new UsageException("-: standard input is a terminal; pipe the configuration in, or name its file");
        using MemoryStream content = new();
        byte[] buffer = new byte[64 << 10];
        while (await session.Host.Input.ReadAsync(buffer, session.Host.Cancellation) is var count and > 0)
        {
            content.Write(buffer, 0, count);
            if (content.Length > LongestInputBytes)
                throw new IOException($"-: more than {LongestInputBytes >> 20} MiB; no configuration is that long");
        }

        return content.ToArray();
    }
}
