using System.Globalization;
using CoreNode.Boot;
using CoreNode.Tests.Disks.Gpt;
using CoreNode.Updates.Keys;

namespace CoreNode.Tests.EndToEnd.Vm;

/// <summary>
/// The native executable as the first program of virtual machines with Debian's own kernels: each disk starts, or says
/// why it does not.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
internal sealed class BootStageTests
{
    private const string Good = "1/0/1";
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(4);

    private TestFolder _folder = null!;
    private SigningKey _key = null!;
    private IReadOnlyList<DebianKernel> _kernels = null!;
    private TinySystem _a = null!;
    private string _archive = "";

    [OneTimeSetUp]
    public async Task MakeSystemsAsync()
    {
        _ = TestPrograms.Qemu();
        _ = TestPrograms.Corenode();
        _kernels = await DebianKernel.FindAsync(2);
        _folder = new TestFolder();
        _key = SigningKey.Create(KeyKind.EcdsaP256);
        Directory.CreateDirectory(_folder.File("keys"));
        await File.WriteAllTextAsync(_folder.File("keys/test.pem"), _key.Public.ToPem());
        _a = await TinySystem.MakeAsync(_folder, "1.0", _kernels[0]);
        _archive = _folder.File("initrd");
        ProgramResult made = await ProgramResult.OfAsync(
            TestPrograms.Corenode(),
            ["boot", "initrd", "--usr", _a.Usr, "--board", "cloud", "--keys", _folder.File("keys"), "--out", _archive]);
        Assert.That(made.ExitCode, Is.Zero, made.Output + made.Error);
    }

    [OneTimeTearDown]
    public void RemoveSystems() => _folder?.Dispose();

    [Test]
    public async Task The_archive_is_the_same_each_time_and_cpio_lists_it()
    {
        using MemoryStream again = new();
        StageArchive plan = new() { Usr = _a.Usr, Board = "cloud", Keys = _folder.File("keys") };
        Assert.That(plan.Write(again), Is.EqualTo(_kernels[0].Release));
        byte[] first = await File.ReadAllBytesAsync(_archive);
        Assert.That(again.ToArray().SequenceEqual(first), Is.True);
        ProgramResult listed = await ProgramResult.OfAsync(
            "sh", ["-c", $"{TestPrograms.Cpio()} -t < '{_archive}'"]);
        string[] names = listed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(listed.ExitCode, Is.Zero, listed.Error);
        Assert.That(names, Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal));
        Assert.That(names, Does.Contain("init").And.Contain("etc/corenode/keys/test.pem"));
    }

    [Test]
    public async Task A_new_slot_is_tried_and_its_state_is_made()
    {
        string disk = Disk(_a.Metadata(_key), _a.Metadata(_key, version: "2.0"), bitsB: TestPartition.Bits(2, 1, 0));
        string console = await BootAsync(disk);
        Assert.That(console, Does.Contain("FIRST process 1, 1 words").And.Contain("SIGPIPE default"));
        Assert.That(console, Does.Contain("last: slot USR-B (4)").And.Contain("last: version 2.0"));
        Assert.That(console, Does.Contain("last: way switch-root").And.Contain("/etc/hello: hello 1.0"));
        Assert.That(console, Does.Contain("/bin/../lib/marker: 1.0"));
        Assert.That(console, Does.Match("/proc/mounts: /dev/dm-0 /usr erofs ro"));
        Assert.That(console, Does.Match("/proc/mounts: /dev/vda9 / ext4 rw"));
        Assert.That(console, Does.Match("/proc/mounts: overlay /etc overlay rw"));
        Assert.That(TinyDisk.Look(disk, 4), Is.EqualTo(("2/0/0", 0)));
        Assert.That(TinyDisk.Look(disk, 3).Bits, Is.EqualTo(Good));

        string second = await BootAsync(disk);
        Assert.That(second, Does.Contain("last: slot USR-A (3)"), "B had one try and did not say that it is good");
        Assert.That(second, Does.Not.Contain("is empty"));
    }

    [TestCase("first program")]
    [TestCase("superblock")]
    [TestCase("unsigned")]
    [TestCase("no metadata")]
    [TestCase("other board")]
    public async Task A_bad_slot_leads_back_to_the_good_one_with_the_reason(string fault)
    {
        SigningKey other = SigningKey.Create(KeyKind.EcdsaP256);
        byte[]? metadata = fault switch
        {
            "unsigned" => _a.Metadata(other),
            "no metadata" => null,
            "other board" => _a.Metadata(_key, board: "metal"),
            _ => _a.Metadata(_key),
        };
        string disk = Disk(_a.Metadata(_key), metadata, bitsB: TestPartition.Bits(2, 1, 0));
        if (fault == "superblock")
            TinyDisk.Damage(disk, 4, 1024, 64);
        if (fault == "first program")
            TinyDisk.Damage(disk, 4, OffsetOf(_a.Image, "FIRST process"u8.ToArray()), 4);
        string console = await BootAsync(disk);
        string reason = fault switch
        {
            "first program" => "/usr/lib/systemd/systemd cannot be read: its blocks are damaged",
            "superblock" => "cannot be mounted",
            "unsigned" => "no key that is trusted here signed it",
            "no metadata" => "it holds nothing, or was not written to its end",
            _ => "it is for the board metal, and this machine is cloud",
        };
        Assert.That(console, Does.Contain("last: slot USR-A (3)"));
        Assert.That(console, Does.Match($"history: \\S+ USR-B \\(4\\).*{reason}"));
        Assert.That(console, Does.Match($"last: failed USR-B \\(4\\).*{reason}"));
        Assert.That(TinyDisk.Look(disk, 4).Bits, Is.EqualTo("2/0/0"));
    }

    [Test]
    public async Task What_nobody_signed_starts_only_where_the_command_line_says_so()
    {
        SigningKey other = SigningKey.Create(KeyKind.EcdsaP256);
        string disk = Disk(_a.Metadata(other), null, bitsB: 0);
        string console = await BootAsync(disk, "corenode.unsigned=1 -- word");
        Assert.That(console, Does.Contain("last: slot USR-A (3)").And.Contain("corenode.unsigned"));
        Assert.That(console, Does.Contain("FIRST process 1, 2 words, last word"));
    }

    [Test]
    public async Task Without_a_slot_that_starts_there_is_a_console_that_says_why()
    {
        string disk = Disk(null, null, bitsB: TestPartition.Bits(2, 1, 0));
        await using VirtualMachine machine = VirtualMachine.Start(_folder, Shape(disk, ""));
        await machine.WaitForAsync("poweroff     switch off", _limit);
        Assert.That(machine.Console, Does.Contain("rescue: no slot starts"));
        Assert.That(machine.Console, Does.Contain("USR-A (3): it holds nothing"));
        Assert.That(machine.Console, Does.Contain("USR-B (4): it holds nothing"));
        await machine.TypeAsync("try A\r");
        await machine.WaitForAsync("> try A", _limit);
        await machine.TypeAsync("poweroff\r");
        await machine.WaitForExitAsync(_limit);
    }

    [TestCase("primary")]
    [TestCase("backup")]
    public async Task A_destroyed_table_is_mended_from_the_other(string copy)
    {
        string disk = Disk(_a.Metadata(_key), null, bitsB: 0);
        TinyDisk.Wipe(disk, copy == "primary" ? 512 : -33 * 512, 33 * 512);
        string console = await BootAsync(disk);
        Assert.That(console, Does.Contain("last: slot USR-A (3)"));
        Assert.That(console, Does.Contain($"last: note mended: the {copy} table is missing"));
        Assert.That(TinyDisk.Look(disk, 3), Is.EqualTo((Good, 0)));
    }

    [Test]
    public async Task A_backup_follows_the_end_of_a_disk_that_has_grown()
    {
        string disk = Disk(_a.Metadata(_key), null, bitsB: 0);
        using (FileStream file = File.OpenWrite(disk))
            file.SetLength(file.Length + (32 << 20));
        Assert.That(await BootAsync(disk), Does.Contain("last: slot USR-A (3)"));
        Assert.That(TinyDisk.Look(disk, 3), Is.EqualTo((Good, 0)));
    }

    [Test]
    public async Task Without_a_partition_for_its_state_the_machine_starts_and_forgets()
    {
        string disk = Disk(_a.Metadata(_key), null, bitsB: 0, hasState: false);
        string console = await BootAsync(disk);
        Assert.That(console, Does.Contain("the disk has no partition STATE"));
        Assert.That(console, Does.Match("/proc/mounts: tmpfs / tmpfs rw"));
    }

    [TestCase("foreign")]
    [TestCase("damaged")]
    public async Task What_is_no_state_is_left_alone_also_by_a_slot_that_is_started_by_hand(string kind)
    {
        string disk = Disk(_a.Metadata(_key), null, bitsB: 0);
        if (kind == "foreign")
            TinyDisk.WriteState(disk, 0, "something of somebody"u8);
        else
            TinyDisk.WriteState(disk, 1024 + 0x38, [0x53, 0xEF]);
        byte[] before = TinyDisk.ReadState(disk);
        await using (VirtualMachine machine = VirtualMachine.Start(_folder, Shape(disk, "")))
        {
            await machine.WaitForAsync("poweroff     switch off", _limit);
            Assert.That(machine.Console, Does.Contain(kind == "foreign"
                ? "rescue: STATE (/dev/vda9) holds something that is no ext4 file system"
                : "rescue: /dev/vda9 cannot be mounted on /sysroot as ext4"));
            await machine.TypeAsync("try A\r");
            await machine.WaitForAsync(TinySystem.End, _limit);
            await machine.WaitForExitAsync(_limit);
            Assert.That(machine.Console, Does.Contain("STATE is left as it is: what this machine keeps is gone"));
            Assert.That(machine.Console, Does.Match("/proc/mounts: tmpfs / tmpfs rw"));
            Assert.That(machine.Console, Does.Contain("last: slot USR-A (3)"));
        }

        Assert.That(TinyDisk.ReadState(disk).AsSpan().SequenceEqual(before), Is.True);
        Assert.That(TinyDisk.IsStateBeingMade(disk), Is.False);
    }

    [Test]
    public async Task A_state_that_was_not_made_to_its_end_is_made_again()
    {
        string disk = Disk(_a.Metadata(_key), null, bitsB: 0);
        byte[] program = (await File.ReadAllBytesAsync(Path.Combine(_a.Usr, "sbin/mke2fs")))[..4096];
        long at = OffsetOf(_a.Image, program);
        TinyDisk.Damage(disk, 3, at, 4096);
        await using (VirtualMachine machine = VirtualMachine.Start(_folder, Shape(disk, "")))
        {
            await machine.WaitForAsync("poweroff     switch off", _limit);
            Assert.That(machine.Console, Does.Match("USR-A \\(3\\).*could not be made: mke2fs of the slot ended with"));
            await machine.TypeAsync("poweroff\r");
            await machine.WaitForExitAsync(_limit);
        }

        Assert.That(TinyDisk.IsStateBeingMade(disk), Is.True, "the table knows it before anything is written");
        TinyDisk.Write(disk, 3, at, program);
        TinyDisk.WriteState(disk, 0, "half of a file system"u8);
        string console = await BootAsync(disk);
        Assert.That(console, Does.Contain("STATE (/dev/vda9) was not made to its end: its file system is made again"));
        Assert.That(console, Does.Match("/proc/mounts: /dev/vda9 / ext4 rw"));
        Assert.That(TinyDisk.IsStateBeingMade(disk), Is.False);
        Assert.That(TinyDisk.Look(disk, 3), Is.EqualTo((Good, 0)));
        Assert.That(await BootAsync(disk), Does.Not.Contain("is made"));
    }

    [Test]
    public async Task A_slot_that_cannot_become_the_root_leaves_nothing_in_the_way_of_the_next()
    {
        string disk = Disk(_a.Metadata(_key), _a.Metadata(_key), bitsB: TestPartition.Bits(2, 1, 0));
        // What /etc is mounted with wants a folder there.
        Directory.CreateDirectory(_folder.File("kept"));
        await File.WriteAllTextAsync(_folder.File("kept/.etc-work"), "");
        ProgramResult made = await ProgramResult.OfAsync(
            TestPrograms.MkfsExt4(),
            ["-q", "-F", "-L", "STATE", "-d", _folder.File("kept"), "-E", $"offset={TinyDisk.StateOffset}", disk,
                $"{TinyDisk.StateMiB}M"]);
        Assert.That(made.ExitCode, Is.Zero, made.Error);
        await using VirtualMachine machine = VirtualMachine.Start(_folder, Shape(disk, ""));
        await machine.WaitForAsync("poweroff     switch off", _limit);
        foreach (string slot in new[] { "USR-B", "USR-A" })
            Assert.That(machine.Console, Does.Match($"{slot} \\(.\\).*: overlay cannot be mounted on /sysroot/etc"));
        await machine.TypeAsync("poweroff\r");
        await machine.WaitForExitAsync(_limit);
    }

    [Test]
    public async Task A_slot_with_another_kernel_is_started_by_that()
    {
        if (_kernels.Count < 2)
            Assert.Ignore("the package archive has one kernel only: the way into another one was not tried");
        TinySystem b = await TinySystem.MakeAsync(_folder, "3.0", _kernels[1]);
        string disk = _folder.File("kexec.img");
        TinyDisk.Make(
            disk, (_a, _a.Metadata(_key)), (b, b.Metadata(_key)), TestPartition.Bits(1, 0, 1),
            TestPartition.Bits(2, 2, 0));
        string console = await BootAsync(disk);
        Assert.That(console, Does.Contain($"Linux version {_kernels[1].Release} "));
        Assert.That(console, Does.Contain("before-kexec: way kexec").And.Contain("last: way switch-root"));
        Assert.That(console, Does.Contain("last: slot USR-B (4)").And.Contain("/usr/lib/marker: 3.0"));
        Assert.That(console, Does.Contain("corenode.stage=2"));
        Assert.That(TinyDisk.Look(disk, 4).Bits, Is.EqualTo("2/1/0"), "one try for both stages");
    }

    [Test]
    public async Task The_boot_stage_takes_little_more_than_an_empty_one()
    {
        string disk = Disk(_a.Metadata(_key), null, bitsB: 0);
        _ = await BootAsync(disk);
        string console = await BootAsync(disk, "printk.time=1");
        double started = 0;
        List<string> steps = [];
        foreach (string line in console.Split('\n'))
        {
            if (line.Contains("Run /init as init process", StringComparison.Ordinal))
                started = 1000 * double.Parse(line.Split('[', ']')[1].Trim(), CultureInfo.InvariantCulture);
            if (line.Contains("last: step ", StringComparison.Ordinal))
                steps.Add(line[(line.IndexOf("step ", StringComparison.Ordinal) + 5)..]);
        }

        Assert.That(steps, Has.Count.GreaterThan(5));
        foreach (string step in steps)
        {
            double at = double.Parse(step.Split(' ')[0], CultureInfo.InvariantCulture);
            await TestContext.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"{at - started,8:F0} ms after Run /init: {step.Split(' ', 2)[1]}"));
        }

        // The figure itself is a benchmark's: this only finds a stage that waits for something.
        Assert.That(double.Parse(steps[^1].Split(' ')[0], CultureInfo.InvariantCulture) - started, Is.LessThan(20_000));
    }

    private string Disk(byte[]? metadataA, byte[]? metadataB, ulong bitsB, bool hasState = true)
    {
        string disk = _folder.File("disk.img");
        TinyDisk.Make(disk, (_a, metadataA), (_a, metadataB), TestPartition.Bits(1, 0, 1), bitsB, hasState);
        return disk;
    }

    private VmShape Shape(string disk, string words) => new()
    {
        Kernel = _kernels[0].File,
        Archive = _archive,
        CommandLine = $"console=ttyS0 panic=10 {VmShape.SlowMachine} {words}".TrimEnd(),
        Disks = [disk],
    };

    // To the end of the tiny system's only program; what was written to the console.
    private async Task<string> BootAsync(string disk, string words = "")
    {
        await using VirtualMachine machine = VirtualMachine.Start(_folder, Shape(disk, words));
        await machine.WaitForAsync(TinySystem.End, _limit);
        await machine.WaitForExitAsync(_limit);
        return machine.Console;
    }

    private static long OffsetOf(string file, byte[] text)
    {
        int at = File.ReadAllBytes(file).AsSpan().IndexOf(text);
        return at >= 0 ? at : throw new InvalidOperationException("the text is not there");
    }
}
