using CoreNode.Cli.Slots;
using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Disks.Metadata;
using CoreNode.Images;
using CoreNode.Platform.Blocks;

namespace CoreNode.Hosting;

/// <summary>The slot commands, over Disks. <paramref name="verify"/> null leaves signatures unchecked.</summary>
internal sealed class SlotOffice(MachineDisks machine, SlotVerifier? verify) : ISlotOffice
{
    // Where STATE is mounted: by the system, and while the boot stage runs.
    private static readonly string[] s_roots = ["/", "/sysroot"];

    public SlotReport Show(SlotRequest request) => Work(request, BlockAccess.Read, (work, report) =>
        report with { Problems = work.Disk.State.Problems() });

    public SlotReport Next(SlotRequest request, bool asks) =>
        Work(request, asks ? BlockAccess.Read : BlockAccess.Write, work =>
        {
            SlotChoice choice = SlotOrder.Next(work.Rule.Find(work.Disk.Table))
                ?? throw new SlotNotFoundException($"{work.Place.Disk} has no slots: see --type and --label");
            if (!asks)
                work.Disk.Change(table => SlotOrder.Started(table, choice.Slot));
            return (choice.Slot.Number, choice.IsLastResort);
        });

    public SlotReport Prioritize(SlotRequest request, int? highest, bool withEquals) =>
        Work(request, BlockAccess.Write, work =>
        {
            int? slot = request.Slot is null && work.Place.Partition is null ? null : work.FindSlot().Number;
            if (withEquals && slot is null)
                throw new IOException("--with-equals takes others along with a slot: name that one with --slot");
            SlotPriority wish = new() { Slot = slot, Highest = highest, IsWithEquals = withEquals };
            work.Disk.Change(table => SlotOrder.Prioritize(table, work.Rule.Find(table), wish));
            return (slot, false);
        });

    public SlotReport MarkGood(SlotRequest request) => Work(request, BlockAccess.Write, work =>
    {
        int slot = work.FindSlot().Number;
        work.Disk.Change(table => SlotOrder.MarkGood(table, work.Rule, slot));
        return (slot, false);
    });

    public SlotReport Repair(SlotRequest request) => Work(request, BlockAccess.Write, (work, _) =>
    {
        IReadOnlyList<string> mended = work.Disk.Repair();
        return Report(work) with { Problems = mended };
    });

    public SlotReport Grow(SlotRequest request) => Work(request, BlockAccess.Write, (work, _) =>
    {
        if (ImageLayout.Of(work.Disk.Table).State is null)
        {
            throw new SlotNotFoundException(
                $"{work.Place.Disk} has no partition labelled {ImageLayout.StateLabel}, so nothing there grows");
        }

        List<string> changes = [.. work.Disk.State.Problems()];
        FirstBoot done = work.Disk.Fit(Guid.NewGuid());
        changes.AddRange(done.Changes);
        GptPartition state = done.State!;
        if (work.Place.IsMachine)
        {
            Add(StateGrowth.TellKernel(machine, work.Place.Disk, work.Disk.State.Shape, state));
            DiskPlace place = new(work.Place.Disk, state.Number, IsMachine: true);
            foreach (string point in s_roots)
            {
                if (machine.FindMounted(point) == place && machine.FindNode(place.Disk, state.Number) is { } node)
                    Add(StateGrowth.GrowFileSystem(point, node));
            }
        }

        return Report(work) with { Problems = changes };

        void Add(string? change)
        {
            if (change is not null)
                changes.Add(change);
        }
    });

    private SlotReport Work(
        SlotRequest request, BlockAccess access, Func<SlotWork, (int? Chosen, bool IsLastResort)> change) =>
        Work(request, access, (work, _) =>
        {
            (int? chosen, bool isLastResort) = change(work);
            SlotReport report = Report(work);
            return report with
            {
                Chosen = report.Slots.FirstOrDefault(slot => slot.Number == chosen),
                IsLastResort = isLastResort,
            };
        });

    private SlotReport Work(SlotRequest request, BlockAccess access, Func<SlotWork, SlotReport, SlotReport> work)
    {
        SlotRule rule = Rule(request);
        RunningSlot? running = machine.FindRunning();
        string disk = request.Disk ?? running?.Place?.Disk ?? throw new SlotNotFoundException(
            "this machine does not say from which slot it runs: name the disk, such as /dev/vda or disk.img");
        DiskPlace place = machine.Resolve(disk);
        IBlockDevice device;
        try
        {
            device = RealBlockDevice.Open(place.Disk, access);
        }
        catch (FileNotFoundException missing)
        {
            throw new SlotNotFoundException(missing.Message);
        }

        using (device)
        {
            SlotDisk slots = new(device, request.SectorSizeBytes);
            SlotWork now = new(request, rule, place, slots, running);
            return work(now, Report(now));
        }
    }

    private SlotReport Report(SlotWork work)
    {
        GptDisk state = work.Disk.State;
        GptTable table = work.Disk.Table;
        IReadOnlyList<GptPartition> slots = work.Rule.Find(table);
        int? next = SlotOrder.Next(slots)?.Slot.Number;
        return new SlotReport
        {
            Disk = work.Place.Disk,
            SectorSizeBytes = state.Shape.SectorSizeBytes,
            Sectors = state.Shape.Sectors,
            DiskId = table.DiskId.ToString(),
            BootRecord = state.BootRecord switch
            {
                BootRecord.Empty => "empty",
                BootRecord.Protective => "protective",
                BootRecord.Hybrid => "hybrid",
                BootRecord.OldKind => "old",
                _ => throw new ArgumentOutOfRangeException(nameof(work), state.BootRecord, "no such boot record"),
            },
            Problems = [],
            Slots = [.. slots.Select(slot => Record(work, slot, slot.Number == next))],
            ReadBack = work.Disk.ReadBackWay switch
            {
                null => null,
                ReadBackWay.Direct => "direct",
                ReadBackWay.Flushed => "flushed",
                ReadBackWay.Advised => "advised",
                _ => throw new ArgumentOutOfRangeException(nameof(work), work.Disk.ReadBackWay, "no such way"),
            },
        };
    }

    private SlotRecord Record(SlotWork work, GptPartition slot, bool isNext) => new()
    {
        Number = slot.Number,
        Label = slot.Label,
        Id = slot.Id.ToString(),
        FirstSector = slot.FirstSector,
        LengthBytes = slot.Sectors * (ulong)work.Disk.State.Shape.SectorSizeBytes,
        Priority = slot.Attributes.Priority,
        Tries = slot.Attributes.Tries,
        IsSuccessful = slot.Attributes.IsSuccessful,
        IsRunning = work.IsRunning(slot),
        IsNext = isNext,
        Content = Content(work.Disk, slot),
    };

    private SlotContent Content(SlotDisk disk, GptPartition slot)
    {
        using DeviceWindow window = disk.Open(slot);
        return SlotMetadataArea.Read(window, verify) switch
        {
            SlotMetadataReading.Absent => new SlotContent { State = "absent" },
            SlotMetadataReading.Damaged damaged => new SlotContent { State = "damaged", Reason = damaged.Reason },
            SlotMetadataReading.TooNew newer => new SlotContent
            {
                State = "newer",
                Reason = $"format version {newer.FormatVersion} needs a newer corenode",
            },
            SlotMetadataReading.Untrusted one => Content(one.Metadata, "untrusted", one.Reason),
            SlotMetadataReading.Trusted one => Content(one.Metadata, "trusted", null),
            _ => throw new ArgumentOutOfRangeException(nameof(disk), "an unknown kind of reading"),
        };
    }

    private static SlotContent Content(SlotMetadata metadata, string state, string? reason) => new()
    {
        State = state,
        Reason = reason,
        Version = metadata.Version,
        Counter = metadata.Counter,
        Board = metadata.Board,
        RootHash = Convert.ToHexStringLower(metadata.Verity.RootHash.Span),
        Kernels = Kernels(metadata),
    };

    private static List<(string Path, string Sha256)> Kernels(SlotMetadata metadata)
    {
        List<(string Path, string Sha256)> kernels = [];
        foreach (SlotKernel kernel in metadata.Kernels)
            kernels.Add((kernel.Path, Convert.ToHexStringLower(kernel.Sha256.Span)));
        return kernels;
    }

    private static SlotRule Rule(SlotRequest request) => new()
    {
        Type = PartitionTypes.Parse(request.Type) ?? throw new IOException(
            $"--type: '{request.Type}' is neither a GUID nor one of {string.Join(", ", PartitionTypes.Names)}"),
        Label = request.Label,
    };
}
