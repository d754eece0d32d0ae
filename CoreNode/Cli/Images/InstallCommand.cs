using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CoreNode.Cli.Config;
using CoreNode.Provision.Model;

namespace CoreNode.Cli.Images;

/// <summary><c>install --disk D</c>.</summary>
internal static class InstallCommand
{
    private const int LongestConfigBytes = 4 << 20;

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    public static CliCommand Build(CliSession session)
    {
        InstallOptions options = new();
        var command = new CliCommand("install", "write a system to a disk")
        {
            TakesFiles = true,
            Details = "The system is the one that runs, without anything that this machine keeps, or an image of a "
                + "disk, raw or packed (.zst, .xz). Everything is checked before anything is written: the image's "
                + "signature and all its blocks, its board, the configuration, and that nobody uses the disk. The "
                + "partition table comes last: what was broken off starts nothing, and is begun anew.",
            Examples =
            [
                ("corenode install --disk /dev/nvme0n1", "checks, and says what it would do"),
                ("corenode install --disk /dev/nvme0n1 --yes --wipe", "this system to a disk that is in no use"),
                ("corenode install --disk /dev/sdb --image disk.raw.zst --config cloud-config.yml --yes", "an image"),
                ("corenode install --disk new.img --image disk.raw --keys release.pub.pem --yes", "to a file"),
            ],
        };
        options.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            if (session.Host.Images is not { } office)
                throw new InvalidOperationException("this process installs nothing");
            try
            {
                return await RunAsync(session, parsed, office, options);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                return session.Fail(ExitCode.Failed, fault.Message);
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(
        CliSession session, ParseResult parsed, IImageOffice office, InstallOptions options)
    {
        InstallOrder order = options.Read(parsed);
        if (parsed.GetValue(options.Config) is { } file)
        {
            byte[]? content = await ConfigAsync(session, file);
            if (content is null)
                return session.Fail(ExitCode.Failed, $"{file} cannot be used: nothing was written");
            bool isIgnition = content.AsSpan().TrimStart(" \t\r\n"u8).StartsWith("{"u8);
            order = order with
            {
                Config = content,
                ConfigName = isIgnition ? "config.ign" : "cloud-config.yml",
            };
        }

        InstallReport report = Install(session, office, order);
        Show(session, parsed, report, order);
        return order.Asks
            ? session.Fail(ExitCode.Failed, "nothing was written: --yes does it")
            : ExitCode.Done;
    }

    private static InstallReport Install(CliSession session, IImageOffice office, InstallOrder order)
    {
        using Interrupt interrupt = new(session.Host.Cancellation);
        using ProgressLine line = new(session.Host);
        bool isWriting = false;
        try
        {
            return office.Install(
                order,
                (doing, done, total) =>
                {
                    isWriting |= doing is "writing" or "comparing";
                    line.Show(doing, done, total);
                },
                interrupt.Token);
        }
        catch (OperationCanceledException stopped)
        {
            throw new IOException(
                isWriting
                    ? $"stopped: {order.Disk} holds no system now; the same command begins anew, with --wipe"
                    : "stopped: nothing was written",
                stopped);
        }
    }

    // What the machine would refuse at its first start is refused here.
    private static async Task<byte[]?> ConfigAsync(CliSession session, string file)
    {
        if (session.Host.Configurations is not { } office)
            throw new InvalidOperationException("this process configures no machine");
        if (!File.Exists(file))
            throw new FileNotFoundException($"{file} does not exist: --config names a file of this machine", file);
        byte[] content = await File.ReadAllBytesAsync(file, session.Host.Cancellation);
        if (content.Length is 0 or > LongestConfigBytes)
            throw new IOException($"{file} has {content.Length} bytes, and no configuration is that long");
        ConfigReport report = await office.ValidateAsync(
            new ConfigRequest { Where = Path.GetFullPath(file), Limit = s_limit }, session.Host.Cancellation);
        ConfigText.Show(session, session.Host.Error, report, isSummed: false);
        return report.Count(Severity.Error) > 0 ? null : content;
    }

    private static void Show(CliSession session, ParseResult parsed, InstallReport report, InstallOrder order)
    {
        TextWriter output = session.Host.Output;
        if (session.IsJson(parsed))
        {
            output.WriteLine(ToJson(report, order));
            return;
        }

        foreach (string one in report.Found)
            output.WriteLine($"{report.Disk} {(order.Asks ? "holds" : "held")} {one}");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Disk} ({report.DiskBytes >> 20} MiB) {(order.Asks ? "would get" : "has")} {report.Version} "
            + $"(release {report.Counter}) for {report.Board}, from {report.Source}"));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"room for what the machine keeps: {report.StateBytes >> 20} MiB; its configuration: "
            + $"{order.ConfigName ?? "what its sources give"}"));
        if (!order.Asks)
            output.WriteLine("written and read back; take out what this machine was started from, and restart");
    }

    private static string ToJson(InstallReport report, InstallOrder order)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text))
        {
            json.WriteStartObject();
            json.WriteString("disk", report.Disk);
            json.WriteNumber("diskBytes", report.DiskBytes);
            json.WriteString("diskId", report.DiskId);
            json.WriteString("source", report.Source);
            json.WriteString("version", report.Version);
            json.WriteNumber("counter", report.Counter);
            json.WriteString("board", report.Board);
            json.WriteNumber("stateBytes", report.StateBytes);
            json.WriteStartArray("found");
            foreach (string one in report.Found)
                json.WriteStringValue(one);
            json.WriteEndArray();
            json.WriteBoolean("written", !order.Asks);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }
}
