using System.CommandLine;
using System.Globalization;

namespace CoreNode.Cli.Payloads;

/// <summary><c>payload create NEW</c>.</summary>
internal static class PayloadCreateCommand
{
    private const ulong PartFactor = 1_000_000;
    private const int HashBytes = 32;
    private const int LongestText = 128;

    private static readonly string[] s_packers = ["zstd", "xz", "bzip2"];

    public static CliCommand Build(CliSession session)
    {
        CreateOptions options = new();
        var command = new CliCommand("create", "make and sign a payload")
        {
            TakesFiles = true,
            Details = "With --from the payload holds what changed, and machines that have another image refuse it. The "
                + "release counter must grow with every release: machines go back only by hand. Without --counter it "
                + "is made from the version's numbers (1.4.0 gives 1000004000000). Without --key no machine takes it. "
                + "A --kernel is for machines that keep kernels beside their slots (node's --update-boot); it is sent "
                + "whole, also with --from, and machines without a place for it refuse the payload.",
            Examples =
            [
                ("corenode payload create new.img --key release.key --version 1.4.0", "makes new.img.payload"),
                ("corenode payload create new.img --from old.img --key release.key --version 1.4.1", "what changed"),
                ("corenode payload create new.img --key a.key --key b.key --version 2.0.0", "for two keys"),
                ("corenode payload create new.img --packer xz --key release.key --version 1.4.0", "smaller, slower"),
            ],
        };
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            PayloadOrder order = Read(parsed, options);
            return PayloadCommands.Run(session, parsed, office =>
            {
                PayloadReport report = Make(session, office, order);
                if (order.Keys.Count == 0)
                    session.Host.Error.WriteLine($"{order.OutputFile} is not signed: no machine takes it (see --key)");
                return report;
            });
        });
        return command;
    }

    /// <summary>The counter that a version stands for; null for one that does not begin with three numbers.</summary>
    public static ulong? CounterOf(string version)
    {
        string[] parts = version.Split('-', '+')[0].Split('.');
        ulong counter = 0;
        if (parts.Length != 3)
            return null;
        foreach (string part in parts)
        {
            if (!ulong.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number)
                || number >= PartFactor)
            {
                return null;
            }

            counter = (counter * PartFactor) + number;
        }

        return counter;
    }

    private static PayloadReport Make(CliSession session, IPayloadOffice office, PayloadOrder order)
    {
        // Caught, so that no half of a payload is left behind.
        using Interrupt interrupt = new(session.Host.Cancellation);
        using ProgressLine line = new(session.Host);
        try
        {
            return office.Create(
                order, step => line.Show(step.Doing, step.DoneBytes, step.TotalBytes), interrupt.Token);
        }
        catch (OperationCanceledException stopped)
        {
            throw new IOException($"stopped: {order.OutputFile} was not made", stopped);
        }
    }

    private static PayloadOrder Read(ParseResult parsed, CreateOptions options)
    {
        string image = Path.GetFullPath(parsed.GetValue(options.Image)!);
        string version = CheckText("--version", parsed.GetValue(options.Version)!);
        ulong counter = IsGiven(parsed, options.Counter)
            ? parsed.GetValue(options.Counter)
            : CounterOf(version) ?? throw new UsageException(
                $"--counter is needed: version '{version}' does not begin with three numbers below 1000000");
        string[] packers = parsed.GetValue(options.Packers) is { Length: > 0 } given ? given : ["zstd"];
        if (Array.Find(packers, static packer => !s_packers.Contains(packer)) is { } unknown)
            throw new UsageException($"--packer is one of {string.Join(", ", s_packers)}, not '{unknown}'");
        int threads = (int)parsed.GetValue(options.Threads);
        return new PayloadOrder(image, Path.GetFullPath(parsed.GetValue(options.Output) ?? image + ".payload"))
        {
            OldImage = FullPath(parsed.GetValue(options.From)),
            Kernel = FullPath(parsed.GetValue(options.Kernel)),
            Keys = [.. (parsed.GetValue(options.Keys) ?? []).Select(Path.GetFullPath)],
            Version = version,
            Counter = counter,
            MinimumCounter = parsed.GetValue(options.MinimumCounter),
            Expiry = ReadDay(parsed.GetValue(options.Expires)),
            Board = CheckText("--board", parsed.GetValue(options.Board) ?? ""),
            AppId = CheckText("--app-id", parsed.GetValue(options.AppId) ?? ""),
            VerityRootHash = ReadHex("--verity-root", parsed.GetValue(options.VerityRoot), HashBytes, HashBytes),
            VeritySalt = ReadHex("--verity-salt", parsed.GetValue(options.VeritySalt), 0, HashBytes),
            VerityHashOffset = parsed.GetValue(options.VerityOffset),
            Packers = packers,
            Threads = threads > 0 ? threads : Environment.ProcessorCount,
            Replaces = parsed.GetValue(options.Force),
        };
    }

    private static bool IsGiven(ParseResult parsed, Option option) =>
        parsed.GetResult(option) is not (null or { Implicit: true });

    // What every reader of the format takes.
    private static string CheckText(string name, string text) =>
        text.Length <= LongestText && text.All(static c => c is > ' ' and < '\u007f')
            ? text
            : throw new UsageException($"{name} takes up to {LongestText} plain characters without spaces");

    private static string? FullPath(string? path) => path is null ? null : Path.GetFullPath(path);

    private static ulong ReadDay(string? text)
    {
        if (text is null)
            return 0;
        bool isDay = DateOnly.TryParseExact(
            text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day);
        if (!isDay || day.Year < 1971)
            throw new UsageException($"--expires is a day such as 2027-06-30, not '{text}'");
        // Good until that day is over.
        return (ulong)new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).AddDays(1)
            .ToUnixTimeSeconds();
    }

    private static byte[] ReadHex(string name, string? text, int least, int most)
    {
        if (text is null)
            return [];
        bool isHex = text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit);
        return isHex && text.Length / 2 >= least && text.Length / 2 <= most
            ? Convert.FromHexString(text)
            : throw new UsageException($"{name} is a hash in hexadecimal, up to {most * 2} digits, not '{text}'");
    }
}
