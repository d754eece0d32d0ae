using System.CommandLine;
using System.Globalization;

namespace CoreNode.Cli.Slots;

/// <summary>What the slot commands share.</summary>
internal sealed class SlotOptions
{
    private const string DefaultType = "coreos-usr";

    public Argument<string?> Disk { get; } = new("DISK")
    {
        Description = "a disk, a partition or an image file; default: the disk that this machine runs from",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Option<string?> Slot { get; } = new("--slot")
    {
        Description = "number, label or id of the slot; a partition as DISK names it too",
        HelpName = "SLOT",
    };

    private Option<string> Type { get; } = new("--type")
    {
        Description = "partitions of this type are slots: coreos-usr, chromeos-kernel or a GUID "
            + $"(default: {DefaultType})",
        HelpName = "TYPE",
        DefaultValueFactory = _ => DefaultType,
    };

    private Option<string> Label { get; } = new("--label")
    {
        Description = "only those with this label; * stands for any characters",
        HelpName = "LABEL",
        DefaultValueFactory = _ => "*",
    };

    private Option<int?> SectorSize { get; } = new("--sector-size")
    {
        Description = "bytes of a sector of an image file, 512 or 4096; default: that with which a table is found",
        HelpName = "BYTES",
        CustomParser = static result =>
        {
            if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int size)
                && size is 512 or 4096)
            {
                return size;
            }

            result.AddError($"--sector-size takes 512 or 4096, not '{result.Tokens[0].Value}'");
            return null;
        },
    };

    public void AddTo(Command command, bool isOfOneSlot)
    {
        command.Arguments.Add(Disk);
        if (isOfOneSlot)
            command.Options.Add(Slot);
        foreach (Option option in new Option[] { Type, Label, SectorSize })
            command.Options.Add(option);
    }

    public SlotRequest Request(ParseResult parsed, bool isOfOneSlot) => new()
    {
        Disk = parsed.GetValue(Disk),
        Slot = isOfOneSlot ? parsed.GetValue(Slot) : null,
        Type = parsed.GetValue(Type)!,
        Label = parsed.GetValue(Label)!,
        SectorSizeBytes = parsed.GetValue(SectorSize),
    };

    /// <summary>Runs the work; what goes wrong with disks is told in one line.</summary>
    public static int Run(CliSession session, Func<ISlotOffice, SlotReport> work, Action<SlotReport> show)
    {
        if (session.Host.Slots is not { } office)
            throw new InvalidOperationException("this process has no slots");
        try
        {
            show(work(office));
            return ExitCode.Done;
        }
        catch (SlotNotFoundException missing)
        {
            return session.Fail(ExitCode.NotFound, missing.Message);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return session.Fail(ExitCode.Failed, fault.Message);
        }
    }
}
