using CoreNode.Tests.Simulation;
using CoreNode.Tests.Updates.Payload;
using CoreNode.Updates.Applying;
using CoreNode.Updates.Applying.Worker;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.Updates.Applying;

/// <summary>Kernels beside the image: where they go, when they get their name, and what is refused.</summary>
[TestFixture, Category("Unit")]
internal sealed class ApplyKernelTests
{
    private const string Part = ApplyDesk.KernelFile + ".part";

    private static readonly ApplyDesk s_desk = ApplyDesk.WithKernel;

    [Test]
    public async Task A_kernel_gets_its_name_once_it_was_read_back_and_the_running_one_is_not_touched(
        [Values(0, 3)] int threads)
    {
        SimulatedFiles files = s_desk.MachineFiles();
        SimulatedBlockDevice disk = Prepared();
        WorkerLine applied = await WorkAsync(WorkerStep.Apply, disk, files, tools => tools with { Threads = threads });
        Assert.That(applied, Is.InstanceOf<WorkerLine.Applied>(), applied.ToString());
        Assert.That(files.Exists(ApplyDesk.KernelFile), Is.False, "the target's old one is gone, the new one waits");
        Assert.That(files.Exists(Part), Is.True);
        List<WorkerLine> told = [];
        WorkerLine verified = await WorkAsync(WorkerStep.Verify, disk, files, tell: told.Add);
        Assert.That(verified, Is.InstanceOf<WorkerLine.Verified>(), verified.ToString());
        CheckKernels(files);
        Assert.That(ApplyDesk.SlotOf(disk.Seen, 2).StartsWith(s_desk.New), Is.True);
        Assert.That(
            told.Cast<WorkerLine.Progress>().First().Total,
            Is.EqualTo(s_desk.New.Length + s_desk.Kernel.Length), "both are read back");
    }

    [Test]
    public async Task Reading_back_may_be_repeated_and_so_may_what_was_before_it()
    {
        SimulatedFiles files = s_desk.MachineFiles();
        SimulatedBlockDevice disk = Prepared();
        await WorkAsync(WorkerStep.Apply, disk, files);
        await WorkAsync(WorkerStep.Verify, disk, files);
        WorkerLine again = await WorkAsync(WorkerStep.Verify, disk, files);
        Assert.That(again, Is.InstanceOf<WorkerLine.Verified>(), again.ToString());
        WorkerLine applied = await WorkAsync(WorkerStep.Apply, disk, files, isResumed: true);
        Assert.That((applied as WorkerLine.Applied)?.BytesWritten, Is.Zero, applied.ToString());
        CheckKernels(files);
        applied = await WorkAsync(WorkerStep.Apply, disk, files);
        Assert.That((applied as WorkerLine.Applied)?.BytesWritten, Is.GreaterThan(0), "begun anew it is written anew");
        again = await WorkAsync(WorkerStep.Verify, disk, files);
        Assert.That(again, Is.InstanceOf<WorkerLine.Verified>(), again.ToString());
        CheckKernels(files);
    }

    [Test]
    public async Task It_is_killed_at_each_write_to_its_files_and_ends_all_the_same()
    {
        SimulatedFiles uncut = s_desk.MachineFiles();
        SimulatedBlockDevice disk = s_desk.Device(s_desk.Disk());
        await s_desk.UpdateAsync(disk, uncut, "one", isResumed: false);
        CheckKernels(uncut);
        for (long step = 1; step <= uncut.OperationCount; step++)
        {
            SimulatedFiles files = s_desk.MachineFiles();
            files.CrashAt = step;
            SimulatedBlockDevice killed = s_desk.Device(s_desk.Disk());
            await Assert.ThrowsAsync<SimulatedCrashException>(
                () => s_desk.UpdateAsync(killed, files, "one", isResumed: false));
            SimulatedFiles left = files.AfterKill();
            Assert.That(
                left.Exists(ApplyDesk.KernelFile) && !IsWhole(left.Get(ApplyDesk.KernelFile)), Is.False,
                $"step {step}: half a kernel");
            SimulatedBlockDevice next = s_desk.Device(killed.Seen);
            await s_desk.UpdateAsync(next, left, "one", isResumed: true);
            CheckKernels(left);
            Assert.That(ApplyDesk.SlotOf(next.Seen, 2).StartsWith(s_desk.New), Is.True, $"step {step}");
        }
    }

    [Test]
    public async Task What_was_written_of_it_and_is_gone_is_fetched_again()
    {
        SimulatedFiles files = s_desk.MachineFiles();
        SimulatedBlockDevice disk = Prepared();
        await WorkAsync(WorkerStep.Apply, disk, files);
        files.Delete(Part);
        WorkerLine applied = await WorkAsync(WorkerStep.Apply, disk, files, isResumed: true);
        Assert.That(
            (applied as WorkerLine.Applied)?.BytesWritten, Is.GreaterThan(s_desk.Kernel.Length - 50_000),
            applied.ToString());
        await WorkAsync(WorkerStep.Verify, disk, files);
        CheckKernels(files);
    }

    [Test]
    public async Task One_that_reads_back_otherwise_never_gets_its_name()
    {
        SimulatedFiles files = s_desk.MachineFiles();
        SimulatedBlockDevice disk = Prepared();
        await WorkAsync(WorkerStep.Apply, disk, files);
        WorkerLine verified = await WorkAsync(WorkerStep.Verify, disk, files, tools => tools with
        {
            OpenFile = path =>
            {
                byte[] bytes = files.Get(path);
                bytes[1_000_000] ^= 1;
                return new SimulatedBlockDevice(bytes, 1);
            },
        });
        Assert.That(
            (verified as WorkerLine.Failed)?.Code, Is.EqualTo((int)UpdateError.NewKernelVerification),
            verified.ToString());
        Assert.That(files.List(ApplyDesk.Boot), Is.EqualTo((string[])["vmlinuz-a"]));
        Assert.That(files.Exists(ApplyDesk.Checkpoint), Is.False, "the next run begins anew");
        await s_desk.UpdateAsync(disk, files, "one", isResumed: true);
        CheckKernels(files);
    }

    [Test]
    public async Task One_that_is_not_there_to_be_read_back_is_a_fault_of_its_own()
    {
        SimulatedFiles files = s_desk.MachineFiles();
        SimulatedBlockDevice disk = Prepared();
        await WorkAsync(WorkerStep.Apply, disk, files);
        files.Delete(Part);
        WorkerLine verified = await WorkAsync(WorkerStep.Verify, disk, files);
        Assert.That((verified as WorkerLine.Failed)?.Code, Is.EqualTo((int)UpdateError.NewKernelVerification));
    }

    [Test]
    public Task A_machine_without_a_folder_for_kernels([Values] bool isMetadata) => ExpectAsync(
        UpdateError.KernelDeviceOpen, "--update-boot", isMetadata, job: job => job with { Kernel = "" });

    [Test]
    public Task A_folder_that_is_gone() => ExpectAsync(
        UpdateError.KernelDeviceOpen, "/gone", job: job => job with { Kernel = "/gone/vmlinuz-b" });

    [Test]
    public Task A_folder_without_room_for_it([Values] bool isMetadata) => ExpectAsync(
        UpdateError.KernelDeviceOpen, "has room for", isMetadata,
        tools: tools => tools with
        {
            // The target's old one goes first.
            FreeBytes = _ => s_desk.Kernel.Length - s_desk.OlderKernel.Length - 1,
        });

    [Test]
    public async Task The_room_of_the_kernel_that_it_replaces_counts()
    {
        SimulatedFiles files = s_desk.MachineFiles();
        WorkerLine applied = await WorkAsync(WorkerStep.Apply, Prepared(), files, tools => tools with
        {
            FreeBytes = _ => s_desk.Kernel.Length - s_desk.OlderKernel.Length,
        });
        Assert.That(applied, Is.InstanceOf<WorkerLine.Applied>(), applied.ToString());
    }

    [Test]
    public async Task A_folder_that_fills_up_meanwhile_costs_the_running_kernel_nothing()
    {
        SimulatedFiles files = s_desk.MachineFiles();
        files.QuotaBytes = files.UsedBytes + 600_000;
        WorkerLine applied = await WorkAsync(WorkerStep.Apply, Prepared(), files);
        Assert.That(
            (applied as WorkerLine.Failed)?.Code, Is.EqualTo((int)UpdateError.DownloadWrite), applied.ToString());
        Assert.That(((WorkerLine.Failed)applied).Text, Does.Contain(ApplyDesk.KernelFile));
        Assert.That(files.Get(ApplyDesk.RunningKernelFile).AsSpan().SequenceEqual(s_desk.OldKernel), Is.True);
        Assert.That(files.Exists(ApplyDesk.KernelFile), Is.False);
    }

    [Test]
    public async Task A_kernel_that_is_made_from_an_older_one_is_refused()
    {
        byte[] kernel = s_desk.Kernel;
        byte[] payload = TestImages.Payload(
            [
                new("root", new MemoryFile(s_desk.New), null),
                new("kernel", new MemoryFile(kernel), new MemoryFile(kernel)),
            ],
            ApplyDesk.Keys);
        await ExpectAsync(
            UpdateError.OperationExecution, "sent whole", payload: payload);
    }

    [Test]
    public async Task Version_1_has_its_kernel_in_a_procedure()
    {
        byte[] payload = Version1Payload.Make(s_desk.New, s_desk.Kernel, ApplyDesk.Keys);
        SimulatedFiles files = s_desk.MachineFiles();
        SimulatedBlockDevice disk = Prepared();
        foreach (WorkerStep step in new[] { WorkerStep.Apply, WorkerStep.Verify })
        {
            WorkerLine line = await ApplyDesk.WorkAsync(
                s_desk.Job(step) with { MetadataSha256 = ApplyDesk.MetadataSha256(payload) },
                ApplyDesk.Tools(disk, files),
                new MemorySource(payload) { Whole = new MemoryFile(payload) });
            Assert.That(line, Is.Not.InstanceOf<WorkerLine.Failed>(), line.ToString());
        }

        CheckKernels(files);
        Assert.That(ApplyDesk.SlotOf(disk.Seen, 2).StartsWith(s_desk.New), Is.True);
    }

    private static SimulatedBlockDevice Prepared()
    {
        SimulatedBlockDevice disk = s_desk.Device(s_desk.Disk());
        ApplyDesk.Prepare(disk);
        return disk;
    }

    private static Task<WorkerLine> WorkAsync(
        WorkerStep step,
        SimulatedBlockDevice disk,
        SimulatedFiles files,
        Func<ApplyTools, ApplyTools>? change = null,
        bool isResumed = false,
        Action<WorkerLine>? tell = null)
    {
        ApplyTools tools = ApplyDesk.Tools(disk, files);
        return ApplyDesk.WorkAsync(
            s_desk.Job(step, isResumed), change?.Invoke(tools) ?? tools, new MemorySource(s_desk.Payload), tell);
    }

    private static bool IsWhole(ReadOnlySpan<byte> kernel) =>
        kernel.SequenceEqual(s_desk.OlderKernel) || kernel.SequenceEqual(s_desk.Kernel);

    private static void CheckKernels(SimulatedFiles files)
    {
        Assert.That(files.Get(ApplyDesk.KernelFile).AsSpan().SequenceEqual(s_desk.Kernel), Is.True);
        Assert.That(files.Get(ApplyDesk.RunningKernelFile).AsSpan().SequenceEqual(s_desk.OldKernel), Is.True);
        Assert.That(files.List(ApplyDesk.Boot), Has.Count.EqualTo(2), "nothing is left beside them");
    }

    // Refused, and both slots and kernels are what they were.
    private static async Task ExpectAsync(
        UpdateError code,
        string text,
        bool isMetadata = false,
        byte[]? payload = null,
        Func<WorkerJob, WorkerJob>? job = null,
        Func<ApplyTools, ApplyTools>? tools = null)
    {
        payload ??= s_desk.Payload;
        SimulatedFiles files = s_desk.MachineFiles();
        SimulatedBlockDevice disk = Prepared();
        int steps = disk.Steps;
        WorkerJob wanted = s_desk.Job(isMetadata ? WorkerStep.Metadata : WorkerStep.Apply) with
        {
            MetadataSha256 = ApplyDesk.MetadataSha256(payload),
        };
        ApplyTools with = ApplyDesk.Tools(disk, files);
        WorkerLine line = await ApplyDesk.WorkAsync(
            job?.Invoke(wanted) ?? wanted, tools?.Invoke(with) ?? with, new MemorySource(payload));
        Assert.That((line as WorkerLine.Failed)?.Code, Is.EqualTo((int)code), line.ToString());
        Assert.That(((WorkerLine.Failed)line).Text, Does.Contain(text).And.Not.Contain("\n"));
        Assert.That(disk.Steps, Is.EqualTo(steps));
        Assert.That(files.Get(ApplyDesk.KernelFile).AsSpan().SequenceEqual(s_desk.OlderKernel), Is.True);
        Assert.That(files.Get(ApplyDesk.RunningKernelFile).AsSpan().SequenceEqual(s_desk.OldKernel), Is.True);
    }
}
