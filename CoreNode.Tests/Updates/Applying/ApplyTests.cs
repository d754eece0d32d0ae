using System.Security.Cryptography;
using CoreNode.Foundation;
using CoreNode.Tests.Simulation;
using CoreNode.Updates.Applying;
using CoreNode.Updates.Applying.Worker;
using CoreNode.Updates.Lifecycle;
using CoreNode.Updates.Payload;

namespace CoreNode.Tests.Updates.Applying;

/// <summary>Payloads written to slots: whole, in parts, with what is there already.</summary>
[TestFixture, Category("Unit")]
internal sealed class ApplyTests
{
    private const int BlockBytes = 4096;

    [Test]
    public async Task The_metadata_is_told_and_nothing_is_written()
    {
        ApplyDesk desk = ApplyDesk.Delta;
        SimulatedBlockDevice disk = desk.Device(desk.Disk());
        MemorySource source = new(desk.Payload) { Piece = 100 };
        WorkerLine line = await ApplyDesk.WorkAsync(
            desk.Job(WorkerStep.Metadata), ApplyDesk.Tools(disk, ApplyDesk.Files()), source);
        Assert.That(line, Is.EqualTo(new WorkerLine.Metadata
        {
            MetadataSha256 = ApplyDesk.MetadataSha256(desk.Payload),
            Size = desk.Payload.Length,
            Beginning = ApplyDesk.DataStart(desk.Payload),
            Version = "1.4.0",
            Counter = 7,
            IsDelta = true,
        }));
        Assert.That(disk.Steps, Is.Zero);
        Assert.That(source.OpenCount, Is.Zero);
    }

    [Test]
    public async Task A_payload_makes_its_image_and_touches_nothing_else(
        [Values] bool isDelta, [Values(0, 3)] int threads)
    {
        ApplyDesk desk = isDelta ? ApplyDesk.Delta : ApplyDesk.Full;
        SimulatedBlockDevice disk = desk.Device(desk.Disk());
        ApplyDesk.Prepare(disk);
        byte[] before = disk.Seen.ToArray();
        WorkerLine line = await ApplyAsync(desk, disk, ApplyDesk.Files(), threads: threads);
        CheckImage(desk, disk, before);
        int changed = ChangedBlocks(before, disk.Seen);
        WorkerLine.Applied applied = (WorkerLine.Applied)line;
        Assert.That(applied.BytesWritten, Is.EqualTo((long)changed * BlockBytes), "changed blocks, and no others");
        Assert.That(applied.BytesSkipped, Is.GreaterThan(ApplyDesk.MiB / 2));
        Assert.That(applied.BytesFetched, Is.EqualTo(desk.Payload.Length));
        Assert.That(disk.Image.SequenceEqual(disk.Seen), Is.True, "what is applied is durable");
    }

    [Test]
    public async Task What_the_slot_holds_already_is_not_written_again()
    {
        ApplyDesk desk = ApplyDesk.Full;
        SimulatedBlockDevice disk = desk.Device(desk.Disk());
        ApplyDesk.Prepare(disk);
        await ApplyAsync(desk, disk, ApplyDesk.Files());
        WorkerLine again = await ApplyAsync(desk, disk, ApplyDesk.Files());
        Assert.That(((WorkerLine.Applied)again).BytesWritten, Is.Zero);
    }

    [Test]
    public async Task The_metadata_is_fetched_once()
    {
        ApplyDesk desk = ApplyDesk.Full;
        SimulatedFiles files = ApplyDesk.Files();
        SimulatedBlockDevice disk = desk.Device(desk.Disk());
        ApplyDesk.Prepare(disk);
        ApplyTools tools = ApplyDesk.Tools(disk, files);
        await ApplyDesk.WorkAsync(desk.Job(WorkerStep.Metadata), tools, new MemorySource(desk.Payload));
        MemorySource source = new(desk.Payload);
        WorkerLine line = await ApplyDesk.WorkAsync(desk.Job(WorkerStep.Apply), tools, source);
        Assert.That(line, Is.InstanceOf<WorkerLine.Applied>(), line.ToString());
        Assert.That(source.Opened.Single(), Is.GreaterThan(100));
        MemorySource unused = new(desk.Payload);
        line = await ApplyDesk.WorkAsync(desk.Job(WorkerStep.Verify), tools, unused);
        Assert.That(line, Is.InstanceOf<WorkerLine.Verified>(), line.ToString());
        Assert.That(((WorkerLine.Verified)line).SlotMetadata.ToArray(), Is.EqualTo(desk.SlotWords));
        Assert.That(unused.Opened, Is.Empty, "reading back needs no network");
    }

    [TestCase(0, false)]
    [TestCase(1, true)]
    public async Task The_longest_manifest_that_is_taken_is_applied_and_kept_and_no_longer_one(int more, bool isRefused)
    {
        ApplyDesk desk = ApplyDesk.Full;
        byte[] payload = WithManifestOf(desk.Payload, PayloadOpening.MostManifestBytes + more);
        SimulatedFiles files = ApplyDesk.Files();
        SimulatedBlockDevice disk = desk.Device(desk.Disk());
        ApplyDesk.Prepare(disk);
        byte[] before = disk.Seen.ToArray();
        WorkerJob job = desk.Job(WorkerStep.Apply) with
        {
            MetadataSha256 = ApplyDesk.MetadataSha256(payload),
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(payload)),
        };
        MemorySource source = new(payload);
        WorkerLine line = await ApplyDesk.WorkAsync(job, ApplyDesk.Tools(disk, files), source);
        if (isRefused)
        {
            Assert.That((line as WorkerLine.Failed)?.Code, Is.EqualTo((int)UpdateError.InvalidMetadataSize));
            return;
        }

        Assert.That(line, Is.InstanceOf<WorkerLine.Applied>(), line.ToString());
        CheckImage(desk, disk, before);
        // What was kept of it is enough for the next run, with the hash of the whole, too.
        source = new MemorySource(payload);
        line = await ApplyDesk.WorkAsync(job, ApplyDesk.Tools(disk, files), source);
        Assert.That(line, Is.InstanceOf<WorkerLine.Applied>(), line.ToString());
        Assert.That(source.Opened.Single(), Is.GreaterThan(PayloadOpening.MostManifestBytes));
    }

    [Test]
    public async Task It_is_killed_at_each_write_to_its_files_and_goes_on_at_the_operation_where_it_was(
        [Values] bool isDelta)
    {
        ApplyDesk desk = isDelta ? ApplyDesk.Delta : ApplyDesk.Full;
        SimulatedFiles uncut = ApplyDesk.Files();
        SimulatedBlockDevice disk = desk.Device(desk.Disk());
        ApplyDesk.Prepare(disk);
        byte[] before = disk.Seen.ToArray();
        await ApplyAsync(desk, disk, uncut);
        for (long step = 1; step <= uncut.OperationCount; step++)
        {
            SimulatedFiles files = ApplyDesk.Files();
            files.CrashAt = step;
            SimulatedBlockDevice killed = desk.Device(before);
            await Assert.ThrowsAsync<SimulatedCrashException>(() => ApplyAsync(desk, killed, files));
            SimulatedBlockDevice next = desk.Device(killed.Seen);
            WorkerLine line = await ApplyAsync(desk, next, files.AfterKill(), isResumed: true);
            CheckImage(desk, next, before);
            long twice = ChangedBlocks(before, killed.Seen) * (long)BlockBytes
                + ((WorkerLine.Applied)line).BytesWritten - ChangedBlocks(before, next.Seen) * (long)BlockBytes;
            Assert.That(twice, Is.Zero, $"step {step}: no block is written twice");
        }
    }

    [Test]
    public async Task A_connection_that_breaks_costs_no_more_than_the_operation_that_was_under_way()
    {
        ApplyDesk desk = ApplyDesk.Full;
        Prng chance = new(5);
        SimulatedFiles files = ApplyDesk.Files();
        SimulatedBlockDevice disk = desk.Device(desk.Disk());
        ApplyDesk.Prepare(disk);
        byte[] before = disk.Seen.ToArray();
        long breaksAt = 0;
        long fetched = 0;
        List<MemorySource> sources = [];
        while (true)
        {
            breaksAt += chance.Next(700_000);
            MemorySource source = new(desk.Payload)
            {
                BreaksAt = breaksAt < desk.Payload.Length ? breaksAt : -1,
                Piece = 10_000,
            };
            sources.Add(source);
            WorkerLine line = await ApplyDesk.WorkAsync(
                desk.Job(WorkerStep.Apply, isResumed: true), ApplyDesk.Tools(disk, files), source);
            if (line is WorkerLine.Applied applied)
            {
                fetched += applied.BytesFetched;
                break;
            }

            Assert.That(((WorkerLine.Failed)line).Code, Is.EqualTo(ApplyCodes.Transfer), line.ToString());
        }

        CheckImage(desk, disk, before);
        Assert.That(sources.Count, Is.GreaterThan(3));
        Assert.That(sources[^1].Opened.Single(), Is.GreaterThan(desk.Payload.Length / 3));
        Assert.That(fetched, Is.LessThan(desk.Payload.Length));
        Assert.That(sources.All(static one => one.OpenCount == 0), Is.True);
    }

    [Test]
    public async Task While_it_is_paused_nothing_is_fetched_or_written_and_no_connection_is_kept()
    {
        ApplyDesk desk = ApplyDesk.Full;
        SimulatedBlockDevice disk = desk.Device(desk.Disk());
        ApplyDesk.Prepare(disk);
        byte[] before = disk.Seen.ToArray();
        using WorkControl control = new(TimeProvider.System, 0);
        int reads = 0;
        MemorySource source = new(desk.Payload)
        {
            Piece = 10_000,
            Reading = () =>
            {
                if (++reads == 50)
                    control.Obey(new WorkerOrder.Pause());
            },
        };
        Task<WorkerLine> work = new UpdateWork(
            desk.Job(WorkerStep.Apply), ApplyDesk.Tools(disk, ApplyDesk.Files()), source, control, static _ => { })
            .RunAsync();
        Assert.That(work.IsCompleted, Is.False);
        Assert.That(reads, Is.EqualTo(50));
        Assert.That(source.OpenCount, Is.Zero);
        control.Obey(new WorkerOrder.Go());
        WorkerLine line = await work.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.That(line, Is.InstanceOf<WorkerLine.Applied>(), line.ToString());
        Assert.That(source.Opened, Has.Count.EqualTo(2));
        Assert.That(source.Opened[1], Is.EqualTo(500_000));
        CheckImage(desk, disk, before);
    }

    [Test]
    public async Task Whose_parent_is_gone_stops_also_while_it_is_paused([Values] bool isPaused)
    {
        ApplyDesk desk = ApplyDesk.Full;
        SimulatedFiles files = ApplyDesk.Files();
        SimulatedBlockDevice disk = desk.Device(desk.Disk());
        ApplyDesk.Prepare(disk);
        using WorkControl control = new(TimeProvider.System, 0);
        int reads = 0;
        MemorySource source = new(desk.Payload)
        {
            Piece = 10_000,
            Reading = () =>
            {
                reads++;
                if (reads == 230 && isPaused)
                    control.Obey(new WorkerOrder.Pause());
                else if (reads == 230)
                    control.Stop();
            },
        };
        Task<WorkerLine> work = new UpdateWork(
            desk.Job(WorkerStep.Apply),
            ApplyDesk.Tools(disk, files) with { SyncBytes = int.MaxValue },
            source,
            control,
            static _ => { }).RunAsync();
        control.Stop();
        Assert.That(await work.WaitAsync(TimeSpan.FromMinutes(1)), Is.EqualTo(new WorkerLine.Stopped()));
        Assert.That(reads, Is.EqualTo(230));
        Assert.That(files.Exists(ApplyDesk.Checkpoint), Is.EqualTo(!isPaused), "a pause spares the disk its sync");
        Assert.That(files.Exists(ApplyDesk.Checkpoint + ".now"), Is.True);
        Assert.That(source.OpenCount, Is.Zero);
    }

    [Test]
    public void A_rate_is_kept_and_a_rest_does_not_save_up()
    {
        HandTime time = new();
        Pacer pacer = new(time);
        Assert.That(pacer.Spend(1 << 30), Is.EqualTo(TimeSpan.Zero), "no limit");
        pacer.Set(1000);
        Assert.That(pacer.Spend(500).TotalSeconds, Is.InRange(0.2, 0.5));
        Assert.That(pacer.Spend(1000).TotalSeconds, Is.InRange(1.2, 1.5));
        time.Advance(TimeSpan.FromHours(1));
        Assert.That(pacer.Spend(2000).TotalSeconds, Is.InRange(1.7, 2));
        pacer.Set(1_000_000);
        Assert.That(pacer.Spend(2000).TotalSeconds, Is.LessThan(0.01));
    }

    // The same payload, with a field in its manifest that nobody knows, signed again. Its own signature at the end is
    // not looked at here.
    private static byte[] WithManifestOf(byte[] payload, int bytes)
    {
        PayloadHeader header = PayloadHeader.TryRead(payload, out _)!;
        int more = bytes - header.ManifestBytes;
        // Field 2000, bytes; four bytes for the length, whatever it is.
        List<byte> field = [0x82, 0x7D];
        int length = more - field.Count - 4;
        for (int i = 0; i < 4; i++)
            field.Add((byte)(((length >> (7 * i)) & 0x7F) | (i < 3 ? 0x80 : 0)));
        byte[] metadata =
        [
            .. PayloadHeader.Write(bytes, header.SignatureBytes),
            .. payload[header.HeaderBytes..header.MetadataBytes], .. field, .. new byte[length],
        ];
        byte[] signature = SignatureMessage.Write(ApplyDesk.Keys.Sign(SHA256.HashData(metadata)));
        return [.. metadata, .. signature, .. payload[header.DataStart..]];
    }

    private static Task<WorkerLine> ApplyAsync(
        ApplyDesk desk, SimulatedBlockDevice disk, SimulatedFiles files, bool isResumed = false, int threads = 0) =>
        ApplyDesk.WorkAsync(
            desk.Job(WorkerStep.Apply, isResumed),
            ApplyDesk.Tools(disk, files) with { Threads = threads },
            new MemorySource(desk.Payload));

    private static void CheckImage(ApplyDesk desk, SimulatedBlockDevice disk, byte[] before)
    {
        ReadOnlySpan<byte> now = disk.Seen;
        Assert.That(ApplyDesk.SlotOf(now, 2).StartsWith(desk.New), Is.True);
        int start = before.AsSpan().CommonPrefixLength(now);
        int slot = now.Length - ApplyDesk.SlotOf(now, 2).Length - (2048 * ApplyDesk.SectorBytes);
        int end = slot + ((desk.New.Length + BlockBytes - 1) / BlockBytes * BlockBytes);
        Assert.That(start, Is.GreaterThanOrEqualTo(slot));
        Assert.That(now[end..].SequenceEqual(before.AsSpan(end)), Is.True, "nothing behind the image is touched");
    }

    private static int ChangedBlocks(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        int changed = 0;
        for (int at = 0; at < one.Length; at += BlockBytes)
            changed += one.Slice(at, BlockBytes).SequenceEqual(other.Slice(at, BlockBytes)) ? 0 : 1;
        return changed;
    }

    private sealed class HandTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan time) => _now += time.Ticks;
    }
}
