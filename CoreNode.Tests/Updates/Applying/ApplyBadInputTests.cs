using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Tests.Simulation;
using CoreNode.Tests.Updates.Payload;
using CoreNode.Updates.Applying;
using CoreNode.Updates.Applying.Worker;
using CoreNode.Updates.Lifecycle;
using CoreNode.Updates.Payload;
using CoreNode.Updates.Payload.Creating;

namespace CoreNode.Tests.Updates.Applying;

/// <summary>What must not be applied: each ends in its own code, and the old slot stays what it was.</summary>
[TestFixture, Category("Unit")]
internal sealed class ApplyBadInputTests
{
    private static readonly ApplyDesk s_desk = ApplyDesk.Delta;

    private static int DataStart =>
        WholePayload.TryInspect(new MemoryFile(s_desk.Payload), FastHashes.Instance, out _)!.Header.DataStart;

    [Test]
    public Task A_payload_that_is_cut_short() =>
        Expect(UpdateError.PayloadSizeMismatch, s_desk.Payload[..^5000]);

    [Test]
    public Task A_payload_with_something_behind_it() =>
        Expect(UpdateError.PayloadSizeMismatch, [.. s_desk.Payload, 1]);

    [Test]
    public Task A_bit_that_flipped_in_the_data() =>
        Expect(UpdateError.OperationHashMismatch, Flipped(DataStart + 1000));

    [Test]
    public Task A_bit_that_flipped_in_the_metadata() =>
        Expect(UpdateError.MetadataSignatureMismatch, Flipped(200), isWritten: false);

    [Test]
    public Task A_page_in_place_of_the_payload() =>
        Expect(UpdateError.InvalidMetadataMagic, "<html><body>sign in</body></html>"u8.ToArray(), isWritten: false);

    [Test]
    public Task Nothing_at_all() => Expect(UpdateError.PayloadSizeMismatch, [], isWritten: false);

    [Test]
    public Task A_header_that_claims_more_than_a_machine_takes() => Expect(
        UpdateError.InvalidMetadataSize,
        [.. PayloadHeader.Write(PayloadOpening.MostManifestBytes + 1, 100), .. new byte[100]],
        isWritten: false);

    [Test]
    public Task A_payload_by_another_key() => Expect(
        UpdateError.MetadataSignatureMismatch, s_desk.Payload, tools => tools with { Check = new TestKeys("two") },
        isWritten: false);

    [Test]
    public Task A_machine_without_keys() => Expect(
        UpdateError.PayloadPubKeyVerification, s_desk.Payload, tools => tools with { Check = new TestKeys() },
        isWritten: false);

    [Test]
    public Task A_payload_that_is_not_signed() => Expect(
        UpdateError.MetadataSignatureMissing,
        TestImages.Payload([new CreationImage("root", new MemoryFile(s_desk.New), null)], null),
        isWritten: false);

    [Test]
    public Task Another_payload_than_the_one_that_was_judged() => Expect(
        UpdateError.PayloadHashMismatch, ApplyDesk.Full.Payload, isWritten: false);

    [Test]
    public Task Another_payload_than_the_one_that_was_announced() => Expect(
        UpdateError.PayloadHashMismatch, s_desk.Payload, job: job => job with { Sha256 = new string('a', 64) });

    [Test]
    public Task Another_size_than_the_one_that_was_announced() => Expect(
        UpdateError.PayloadSizeMismatch, s_desk.Payload, job: job => job with { Size = 1_000_000 }, isWritten: false);

    [Test]
    public Task A_connection_that_breaks() => Expect(
        UpdateError.DownloadTransfer, s_desk.Payload, source: payload => new MemorySource(payload)
        {
            BreaksAt = payload.Length - 10_000,
        });

    [Test]
    public Task An_old_image_that_is_another_one() => Expect(
        UpdateError.OperationHashVerification, s_desk.Payload, disk: image =>
        {
            for (int at = 0; at < s_desk.Old.Length; at += 4096)
                image[(2048 * ApplyDesk.SectorBytes) + at] ^= 1;
        },
        isWritten: false);

    [Test]
    public Task A_machine_that_has_no_old_image() => Expect(
        UpdateError.FilesystemCopier, s_desk.Payload, job: job => job with { SourcePartition = 0 }, isWritten: false);

    [Test]
    public Task A_partition_that_is_not_there() => Expect(
        UpdateError.InstallDeviceOpen, s_desk.Payload, job: job => job with { Partition = 9 }, isWritten: false);

    [Test]
    public Task The_running_slot_itself() => Expect(
        UpdateError.InstallDeviceOpen,
        s_desk.Payload,
        job: job => job with { Partition = 1, SourcePartition = 1 },
        isWritten: false);

    [Test]
    public Task A_kernel_beside_the_image_where_there_is_no_folder_for_kernels() => Expect(
        UpdateError.KernelDeviceOpen,
        TestImages.Payload(
            [
                new CreationImage("root", new MemoryFile(s_desk.New), null),
                new CreationImage("kernel", new MemoryFile(TestImages.Noise(1, 5000)), null),
            ],
            ApplyDesk.Keys),
        judged: true,
        isWritten: false);

    [Test]
    public Task An_image_that_would_reach_into_what_the_slot_says_of_itself() => Expect(
        UpdateError.NoTargetSlot,
        TestImages.Payload(
            [new CreationImage("root", new MemoryFile(new byte[ApplyDesk.SlotBytes - ApplyDesk.MiB + 1]), null)],
            ApplyDesk.Keys,
            release: new ReleaseInfo { Version = "1", Counter = 1, SlotMetadata = [1] }),
        judged: true,
        isWritten: false);

    [Test]
    public async Task A_slot_that_a_boot_could_take_is_not_written()
    {
        SimulatedBlockDevice disk = s_desk.Device(s_desk.Disk());
        WorkerLine line = await ApplyDesk.WorkAsync(
            s_desk.Job(WorkerStep.Apply), ApplyDesk.Tools(disk, ApplyDesk.Files()), new MemorySource(s_desk.Payload));
        Assert.That((line as WorkerLine.Failed)?.Code, Is.EqualTo((int)UpdateError.InstallDeviceOpen));
        Assert.That(disk.Steps, Is.Zero);
    }

    [Test]
    public async Task Version_1_is_taken_from_a_whole_file_only_and_judged_before_anything_is_written()
    {
        byte[] payload = Version1Payload.Make(s_desk.New, TestImages.Noise(1, 5000), ApplyDesk.Keys);
        await Expect(UpdateError.MetadataSignatureMissing, payload, isWritten: false);
        await Expect(
            UpdateError.KernelDeviceOpen,
            payload,
            judged: true,
            source: bytes => new MemorySource(bytes) { Whole = new MemoryFile(bytes) },
            isWritten: false);
        byte[] changed = [.. payload];
        changed[^3] ^= 1;
        await Expect(
            UpdateError.DownloadPayloadVerification,
            changed,
            source: bytes => new MemorySource(bytes) { Whole = new MemoryFile(bytes) },
            isWritten: false);
    }

    [Test]
    public void The_codes_are_those_of_the_lifecycle()
    {
        Assert.That(ApplyCodes.Error, Is.EqualTo((int)UpdateError.Error));
        Assert.That(ApplyCodes.SourceRead, Is.EqualTo((int)UpdateError.FilesystemCopier));
        Assert.That(ApplyCodes.SlotOpen, Is.EqualTo((int)UpdateError.InstallDeviceOpen));
        Assert.That(ApplyCodes.KernelOpen, Is.EqualTo((int)UpdateError.KernelDeviceOpen));
        Assert.That(ApplyCodes.Transfer, Is.EqualTo((int)UpdateError.DownloadTransfer));
        Assert.That(ApplyCodes.PayloadHash, Is.EqualTo((int)UpdateError.PayloadHashMismatch));
        Assert.That(ApplyCodes.PayloadSize, Is.EqualTo((int)UpdateError.PayloadSizeMismatch));
        Assert.That(ApplyCodes.Write, Is.EqualTo((int)UpdateError.DownloadWrite));
        Assert.That(ApplyCodes.SlotHash, Is.EqualTo((int)UpdateError.NewRootfsVerification));
        Assert.That(ApplyCodes.KernelHash, Is.EqualTo((int)UpdateError.NewKernelVerification));
        Assert.That(ApplyCodes.NoKey, Is.EqualTo((int)UpdateError.PayloadPubKeyVerification));
        Assert.That(ApplyCodes.Checkpoint, Is.EqualTo((int)UpdateError.DownloadStateInit));
        Assert.That(ApplyCodes.NoPayload, Is.EqualTo((int)UpdateError.InvalidMetadataMagic));
        Assert.That(ApplyCodes.NoSlot, Is.EqualTo((int)UpdateError.NoTargetSlot));
        Assert.That(ApplyCodes.Redirect, Is.EqualTo((int)UpdateError.RedirectRefused));
        Assert.That(ApplyCodes.Untrusted, Is.EqualTo((int)UpdateError.ServerNotTrusted));
    }

    private static byte[] Flipped(int at)
    {
        byte[] payload = [.. s_desk.Payload];
        payload[at] ^= 1;
        return payload;
    }

    private static async Task Expect(
        UpdateError code,
        byte[] payload,
        Func<ApplyTools, ApplyTools>? tools = null,
        Func<WorkerJob, WorkerJob>? job = null,
        Func<byte[], MemorySource>? source = null,
        Action<byte[]>? disk = null,
        bool judged = false,
        bool isWritten = true)
    {
        byte[] image = s_desk.Disk();
        disk?.Invoke(image);
        SimulatedBlockDevice device = s_desk.Device(image);
        ApplyDesk.Prepare(device);
        byte[] before = device.Image.ToArray();
        int steps = device.Steps;
        WorkerJob wanted = s_desk.Job(WorkerStep.Apply);
        if (judged)
            wanted = wanted with { MetadataSha256 = ApplyDesk.MetadataSha256(payload) };
        wanted = job?.Invoke(wanted) ?? wanted;
        ApplyTools with = ApplyDesk.Tools(device, ApplyDesk.Files());
        WorkerLine line = await ApplyDesk.WorkAsync(
            wanted, tools?.Invoke(with) ?? with, source?.Invoke(payload) ?? new MemorySource(payload));
        Assert.That((line as WorkerLine.Failed)?.Code, Is.EqualTo((int)code), line.ToString());
        Assert.That(((WorkerLine.Failed)line).Text, Is.Not.Empty.And.Not.Contains("\n"));
        Assert.That(device.Steps > steps, Is.EqualTo(isWritten), "written to before it was refused");
        Assert.That(ApplyDesk.SlotOf(device.Seen, 1).SequenceEqual(ApplyDesk.SlotOf(before, 1)), Is.True);
        GptTable table = new SlotDisk(s_desk.Device(device.Image)).Table;
        Assert.That(SlotOrder.Next(table.Partitions)!.Slot.Number, Is.EqualTo(1));
    }
}
