using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Disks.Metadata;
using CoreNode.Foundation;
using CoreNode.Tests.Simulation;
using CoreNode.Updates.Applying;
using CoreNode.Updates.Applying.Worker;

namespace CoreNode.Tests.Updates.Applying;

/// <summary>
/// The power fails at every write and every sync of a whole update, on the disk and among the files: there is always a
/// slot that boots, none is marked that is not complete with its kernel, and the update is gone on with to its end.
/// </summary>
[TestFixture(false), TestFixture(true), Category("Fault")]
[Parallelizable(ParallelScope.Self)]
internal sealed class UpdatePowerCutTests(bool hasKernel)
{
    private readonly ApplyDesk _desk = hasKernel ? ApplyDesk.WithKernel : ApplyDesk.Delta;

    [Test]
    public async Task A_cut_at_any_step_of_the_disk_leaves_a_disk_that_boots_and_an_update_that_ends(
        [Values(0, 1, 2)] int variant)
    {
        byte[] image = _desk.Disk();
        SimulatedBlockDevice uncut = _desk.Device(image);
        SimulatedFiles all = _desk.MachineFiles();
        await _desk.UpdateAsync(uncut, all, "one", isResumed: false);
        CheckNew(uncut.Image, all);
        Assert.That(uncut.Steps, Is.GreaterThan(60));
        for (int step = 0; step < uncut.Steps; step++)
        {
            Prng chance = new Prng(7).Child($"{variant}/{step}");
            SimulatedFiles files = _desk.MachineFiles();
            SimulatedBlockDevice device = Device(image, step, variant, chance);
            await Assert.ThrowsAsync<PowerCutException>(
                () => _desk.UpdateAsync(device, files, "one", isResumed: false));
            await CheckAndEndAsync(image, device, files, chance, $"variant {variant} step {step}");
        }
    }

    [Test]
    public async Task A_cut_at_any_step_among_the_files_does_no_harm_either([Values(0, 1, 2)] int variant)
    {
        byte[] image = _desk.Disk();
        SimulatedFiles uncut = _desk.MachineFiles();
        await _desk.UpdateAsync(_desk.Device(image), uncut, "one", isResumed: false);
        Assert.That(uncut.OperationCount, Is.GreaterThan(20));
        for (long step = 1; step <= uncut.OperationCount; step++)
        {
            Prng chance = new Prng(8).Child($"{variant}/{step}");
            SimulatedFiles files = _desk.MachineFiles();
            SimulatedBlockDevice device = Device(image, -1, variant, chance);
            files.Intercept = operation => operation.Number == step ? new PowerCutException() : null;
            await Assert.ThrowsAsync<PowerCutException>(
                () => _desk.UpdateAsync(device, files, "one", isResumed: false));
            device.FailPower();
            files.Intercept = null;
            await CheckAndEndAsync(image, device, files, chance, $"variant {variant} file step {step}");
        }
    }

    [Test]
    public async Task A_disk_that_only_says_that_it_wrote_is_found_by_reading_back()
    {
        SimulatedFiles files = _desk.MachineFiles();
        SimulatedBlockDevice liar = _desk.Device(_desk.Disk());
        ApplyDesk.Prepare(liar);
        liar.LiesAboutSync = true;
        ApplyTools tools = ApplyDesk.Tools(liar, files);
        WorkerLine applied = await ApplyDesk.WorkAsync(
            _desk.Job(WorkerStep.Apply), tools, new MemorySource(_desk.Payload));
        Assert.That(applied, Is.InstanceOf<WorkerLine.Applied>());
        WorkerLine verified = await ApplyDesk.WorkAsync(
            _desk.Job(WorkerStep.Verify), tools, new MemorySource(_desk.Payload));
        Assert.That((verified as WorkerLine.Failed)?.Code, Is.EqualTo(ApplyCodes.SlotHash), verified.ToString());
        Assert.That(files.Exists(ApplyDesk.Checkpoint), Is.False, "the next run begins anew");
    }

    private static SimulatedBlockDevice Device(byte[] image, int cutAt, int variant, Prng chance) =>
        new(image, ApplyDesk.SectorBytes)
        {
            CutAt = cutAt,
            Chance = variant == 0 ? null : chance.Child("disk"),
            KeptShare = variant == 1 ? 1 : 0.5,
        };

    private async Task CheckAndEndAsync(
        byte[] before, SimulatedBlockDevice device, SimulatedFiles files, Prng chance, string where)
    {
        SimulatedFiles left = files.AfterPowerCut(chance.Child("files"));
        CheckBootable(device.Image, left, before, where);
        SimulatedBlockDevice next = _desk.Device(device.Image);
        new SlotDisk(next).Repair();
        if (SlotOrder.Next(new SlotDisk(next).Table.Partitions)!.Slot.Number == 1)
            await _desk.UpdateAsync(next, left, "two", isResumed: true);
        CheckNew(next.Image, left);
    }

    private void CheckBootable(ReadOnlySpan<byte> disk, SimulatedFiles files, byte[] before, string where)
    {
        SlotDisk slots = new(_desk.Device(disk));
        Assert.That(slots.State.Table, Is.Not.Null, where);
        GptPartition running = slots.Table.Find(1)!;
        Assert.That(running.Attributes.IsSuccessful && running.Attributes.Priority > 0, Is.True, where);
        Assert.That(
            ApplyDesk.SlotOf(disk, 1).SequenceEqual(ApplyDesk.SlotOf(before, 1)), Is.True, $"{where}: the old slot");
        CheckKernels(files, where);
        if (!slots.Table.Find(2)!.Attributes.MayStart)
            return;
        bool isOlder = ApplyDesk.SlotOf(disk, 2).SequenceEqual(ApplyDesk.SlotOf(before, 2));
        Assert.That(isOlder || IsNew(disk), Is.True, $"{where}: a slot is marked that is not complete");
        if (!hasKernel)
            return;
        byte[] kernel = files.Get(ApplyDesk.KernelFile);
        Assert.That(
            kernel.AsSpan().SequenceEqual(isOlder ? _desk.OlderKernel : _desk.Kernel), Is.True,
            $"{where}: a slot is marked that has another kernel");
    }

    // Under its own name there is all of a kernel or nothing.
    private void CheckKernels(SimulatedFiles files, string where)
    {
        if (!hasKernel)
            return;
        Assert.That(
            files.Get(ApplyDesk.RunningKernelFile).AsSpan().SequenceEqual(_desk.OldKernel), Is.True,
            $"{where}: the running kernel");
        if (!files.Exists(ApplyDesk.KernelFile))
            return;
        byte[] kernel = files.Get(ApplyDesk.KernelFile);
        Assert.That(
            kernel.AsSpan().SequenceEqual(_desk.OlderKernel) || kernel.AsSpan().SequenceEqual(_desk.Kernel), Is.True,
            $"{where}: half a kernel");
    }

    private void CheckNew(ReadOnlySpan<byte> disk, SimulatedFiles files)
    {
        SlotDisk slots = new(_desk.Device(disk));
        GptPartition next = SlotOrder.Next(slots.Table.Partitions)!.Slot;
        Assert.That(next.Number, Is.EqualTo(2));
        Assert.That(next.Attributes.Tries, Is.EqualTo(1));
        Assert.That(IsNew(disk), Is.True);
        if (!hasKernel)
            return;
        Assert.That(files.Get(ApplyDesk.KernelFile).AsSpan().SequenceEqual(_desk.Kernel), Is.True);
        Assert.That(files.Get(ApplyDesk.RunningKernelFile).AsSpan().SequenceEqual(_desk.OldKernel), Is.True);
        Assert.That(files.List(ApplyDesk.Boot), Has.Count.EqualTo(2), "nothing is left beside them");
    }

    private bool IsNew(ReadOnlySpan<byte> disk)
    {
        using DeviceWindow slot = new SlotDisk(_desk.Device(disk)).Open(
            new SlotDisk(_desk.Device(disk)).Table.Find(2)!);
        return ApplyDesk.SlotOf(disk, 2).StartsWith(_desk.New)
            && SlotMetadataArea.Read(slot, verify: null) is SlotMetadataReading.Untrusted { Metadata.Version: "1.4.0" };
    }
}
