using System.Text.RegularExpressions;
using CoreNode.Boot;
using CoreNode.Boot.Model;

namespace CoreNode.Tests.EndToEnd.Vm;

/// <summary>
/// The image's loader in a virtual machine, with Debian's kernel and archives of one program that says what it was
/// started with: a good boot stage is tried and kept, a broken one costs one start.
/// </summary>
[TestFixture, Category("EndToEnd")]
internal sealed partial class StageTrialTests
{
    private const string FirstProgram = """
        #include <stdio.h>
        #include <sys/mount.h>
        #include <sys/reboot.h>
        #include <sys/stat.h>
        #include <unistd.h>
        int main(void) {
          char line[4096];
          mkdir("/proc", 0755);
          mount("proc", "/proc", "proc", 0, 0);
          FILE *file = fopen("/proc/cmdline", "r");
          if (file && fgets(line, sizeof line, file)) printf("STAGE %s of %s", VERSION, line);
          printf("STAGE END\n"); fflush(stdout); reboot(RB_POWER_OFF);
          pause();
        }
        """;

    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(3);

    private TestFolder _folder = null!;
    private byte[] _kernel = [];

    [OneTimeSetUp]
    public async Task FindKernelAsync()
    {
        _ = TestPrograms.Qemu();
        foreach (string file in (string[])["/usr/lib/grub/i386-pc/loadenv.mod", "/usr/lib/grub/x86_64-efi/loadenv.mod"])
        {
            if (!File.Exists(file))
                Assert.Ignore($"{file} is not there: apt-get install grub-pc-bin grub-efi-amd64-bin grub-common");
        }

        _ = TestPrograms.Sgdisk();
        _ = TestPrograms.MkfsVfat();
        _folder = new TestFolder();
        _kernel = await File.ReadAllBytesAsync((await DebianKernel.FindAsync(1))[0].File);
    }

    [OneTimeTearDown]
    public void RemoveFolder() => _folder?.Dispose();

    [Test]
    public async Task A_good_boot_stage_is_tried_and_kept_and_a_broken_one_costs_one_start()
    {
        StageContent first = await MakeAsync("one");
        StageDisk disk = await StageDisk.MakeAsync(_folder, first);
        (string version, BootCommandLine line) = await StartAsync(disk);
        Assert.That((version, line.Copy, line.Trial), Is.EqualTo(("one", (char?)'a', (char?)null)));

        StageContent second = await MakeAsync("two");
        await UpdateAsync(disk, line, second);
        (version, line) = await StartAsync(disk);
        Assert.That((version, line.Copy, line.Trial), Is.EqualTo(("two", (char?)'b', (char?)'b')));
        Assert.That(disk.Copies.ReadState(), Is.EqualTo(LoaderState.Of('a') with { Asked = 'b' }), "it is tried once");
        new StageUpdate(disk.Copies, line).Accept();
        await disk.PutAsync();

        // An archive that ends early: the kernel finds no first program, panics, and restarts.
        StageContent third = await MakeAsync("three");
        await UpdateAsync(disk, line, third with { Archive = third.Archive[..(third.Archive.Length / 2)] });
        (version, line) = await StartAsync(disk, restarts: 1);
        Assert.That((version, line.Copy, line.Trial), Is.EqualTo(("two", (char?)'b', (char?)null)));
        Assert.That(new StageUpdate(disk.Copies, line).Judge(disk.Copies.ReadState()), Is.EqualTo(StageTrial.Failed));

        // A kernel that the loader does not take for one.
        byte[] garbage = new byte[100_000];
        Array.Fill(garbage, (byte)0x5A);
        await UpdateAsync(disk, line, third with { Kernel = garbage });
        (version, line) = await StartAsync(disk);
        Assert.That((version, line.Copy, line.Trial), Is.EqualTo(("two", (char?)'b', (char?)'a')));
        Assert.That(
            new StageUpdate(disk.Copies, line).Judge(disk.Copies.ReadState()), Is.EqualTo(StageTrial.NotLoaded));
    }

    private static async Task UpdateAsync(StageDisk disk, BootCommandLine line, StageContent wanted)
    {
        new StageUpdate(disk.Copies, line).Update(wanted);
        Assert.That(disk.Copies.ReadState().Trial, Is.Not.Null);
        await disk.PutAsync();
    }

    // What the machine that came up in the end says of itself, and what the loader left in its file.
    private async Task<(string Version, BootCommandLine Line)> StartAsync(StageDisk disk, int restarts = 0)
    {
        await using VirtualMachine machine = VirtualMachine.Start(_folder, new VmShape
        {
            Disks = [disk.Image],
            Machine = "pc",
            IsRestarting = true,
        });
        await machine.WaitForAsync("STAGE END", _limit);
        await machine.WaitForExitAsync(_limit);
        await disk.GetStateAsync();
        Assert.That(PanicLine().Count(machine.Console), Is.EqualTo(restarts));
        Match said = StageLine().Match(machine.Console);
        return (said.Groups[1].Value, BootCommandLine.Parse(said.Groups[2].Value));
    }

    private async Task<StageContent> MakeAsync(string version)
    {
        string source = _folder.File("stage.c");
        string program = _folder.File("stage");
        await File.WriteAllTextAsync(source, FirstProgram);
        ProgramResult made = await ProgramResult.OfAsync(
            TestPrograms.Gcc(), ["-static", "-O1", $"-DVERSION=\"{version}\"", "-o", program, source]);
        Assert.That(made.ExitCode, Is.Zero, made.Error);
        using MemoryStream archive = new();
        CpioArchive.Write(archive, [CpioEntry.File("init", await File.ReadAllBytesAsync(program), isProgram: true)]);
        return StageContent.Of(version, "cloud", _kernel, archive.ToArray());
    }

    [GeneratedRegex("STAGE (\\w+) of (.*)")]
    private static partial Regex StageLine();

    [GeneratedRegex("Kernel panic")]
    private static partial Regex PanicLine();
}
