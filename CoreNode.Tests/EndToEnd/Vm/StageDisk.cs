using CoreNode.Boot;
using CoreNode.Boot.Model;

namespace CoreNode.Tests.EndToEnd.Vm;

/// <summary>
/// A disk that has nothing but the image's own loader for BIOS and its partition, made by packaging/image/disk.sh, and
/// that partition's copies of the boot stage as files.
/// </summary>
internal sealed class StageDisk
{
    private const string Script = """
        set -euo pipefail
        export PATH=$PATH:/usr/sbin:/sbin
        here=$1 work=$2 disk=$3 epoch=1 board=none
        . "$here/common.sh"
        . "$here/disk.sh"
        kernel_words="console=ttyS0 panic=1 loglevel=4 no_timer_check"
        make_loaders
        truncate -s 160M "$disk"
        sgdisk -a 4096 -n 1:4096:+128M -t 1:EF00 -c 1:EFI-SYSTEM -n 2:266240:+2M -t 2:EF02 "$disk" >/dev/null
        truncate -s 128M "$work/esp.img"
        mkfs.vfat -F 32 -n EFI-SYSTEM --invariant "$work/esp.img" >/dev/null
        put "$work/esp.img" 2
        write_bios_loader 130
        mmd -i "$disk@@2M" ::/corenode
        """;

    private readonly TestFolder _folder;

    private StageDisk(TestFolder folder) => _folder = folder;

    /// <summary>The image of the disk.</summary>
    public string Image => _folder.File("stage.img");

    /// <summary>What is mounted as /boot on a machine.</summary>
    public string Boot => _folder.File("esp");

    /// <summary>The copies on it, as files; <see cref="PutAsync"/> takes them to the disk.</summary>
    public StageCopies Copies => new(
        new CoreNode.Platform.RealFiles(), Path.Combine(Boot, StageCopies.Folder), static _ => { });

    /// <summary>Makes one whose copies are both that boot stage.</summary>
    public static async Task<StageDisk> MakeAsync(TestFolder folder, StageContent stage)
    {
        StageDisk disk = new(folder);
        Directory.CreateDirectory(folder.File("work"));
        await RunAsync(
            "bash", "-c", Script, "stage-disk", Repository.File("packaging/image"), folder.File("work"), disk.Image);
        Directory.CreateDirectory(Path.Combine(disk.Boot, StageCopies.Folder));
        foreach (char copy in LoaderState.Copies)
            disk.Copies.Write(copy, stage);
        disk.Copies.WriteState(new LoaderState());
        await disk.PutAsync();
        return disk;
    }

    /// <summary>Writes the files to the disk.</summary>
    public Task PutAsync() => RunAsync(
        TestPrograms.Mcopy(), "-s", "-o", "-i", $"{Image}@@2M", Path.Combine(Boot, StageCopies.Folder), "::/corenode/");

    /// <summary>Takes what the loader wrote to its file.</summary>
    public Task GetStateAsync() => RunAsync(
        TestPrograms.Mcopy(), "-o", "-n", "-i", $"{Image}@@2M", "::/corenode/boot/env",
        Path.Combine(Boot, StageCopies.Folder, "env"));

    private static async Task RunAsync(string program, params string[] arguments)
    {
        ProgramResult result = await ProgramResult.OfAsync(program, arguments);
        Assert.That(result.ExitCode, Is.Zero, $"{program}: {result.Output}{result.Error}");
    }
}
