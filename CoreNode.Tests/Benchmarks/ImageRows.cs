using System.Globalization;
using System.Text.RegularExpressions;
using CoreNode.Boot.Model;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.EndToEnd.Image;
using CoreNode.Tests.EndToEnd.Vm;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// The image of packaging/image/build.sh in virtual machines without hardware help: its boot stage beside an empty
/// first program, from the kernel to a store that serves beside the same image without CoreNode's services, the memory
/// of an idle machine, and sizes. Skipped where no image is built. In etcd's column stands the other of the two.
/// </summary>
internal static partial class ImageRows
{
    private const double Megabyte = 1e6;
    private const double MostStageMs = 300;
    private const double MostBootRatio = 1.5;
    private const double MostMemoryMb = 120;
    private const double MostNodeMb = 45;
    private const double MostPayloadMb = 110;
    private const double MostUsrMb = 320;

    private const string Words = $"console=ttyS0 panic=10 {VmShape.SlowMachine} printk.devkmsg=on loglevel=7";
    private const string Systemd = "systemd.log_target=kmsg systemd.log_level=info systemd.show_status=no";
    private const string Bare = "systemd.mask=corenode.service systemd.mask=corenode-provision.service";

    private const string Empty = """
        #include <stdio.h>
        #include <sys/reboot.h>
        #include <time.h>
        #include <unistd.h>
        int main(void) {
          struct timespec now;
          clock_gettime(CLOCK_BOOTTIME, &now);
          printf("empty starts %.1f ms after the kernel\n", now.tv_sec * 1e3 + now.tv_nsec / 1e6);
          fflush(stdout); reboot(RB_POWER_OFF);
          pause();
        }
        """;

    private const string Idle = """
        #!/bin/bash
        exec >/dev/console 2>&1
        for i in $(seq 60); do corenode kv set /a b >/dev/null && break; sleep 1; done
        sleep 30
        pss() { cat "$@" 2>/dev/null | awk '/^Pss:/ { sum += $2 } END { print sum }'; }
        nodes=$(for p in $(pidof corenode); do echo /proc/$p/smaps_rollup; done)
        echo "CHECK memory $(pss /proc/[0-9]*/smaps_rollup) $(pss $nodes)"
        echo "CHECK done"
        systemctl poweroff
        """;

    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(8);

    /// <summary>All of them.</summary>
    public static async Task<IReadOnlyList<Figure>> AllAsync(BenchmarkOptions options)
    {
        if (Find() is not { } image)
            return [];
        using TestFolder folder = new();
        string disk = folder.File("bench.raw");
        ProgramResult copied = await ProgramResult.OfAsync("cp", ["--sparse=always", image.Disk, disk]);
        if (copied.ExitCode != 0)
            throw new IOException(copied.Error);
        string empty = await EmptyAsync(folder);
        VmShape shape = new()
        {
            Kernel = image.File("vmlinuz"),
            Archive = image.File("initrd"),
            CommandLine = Words,
            Disks = [disk],
            MemoryMb = 1024,
            Processor = "Nehalem,+rdrand",
        };
        // The first start makes STATE.
        _ = await StageAsync(folder, shape);
        List<(double Etcd, double Node)> counted = [], real = [], over = [], boot = [];
        for (int pass = 0; pass < options.Passes; pass++)
        {
            VmShape other = shape with { Archive = empty };
            double nothing = await StageAsync(folder, other with { IsCounted = true });
            counted.Add((double.NaN, await StageAsync(folder, shape with { IsCounted = true }) - nothing));
            real.Add((await StageAsync(folder, other), await StageAsync(folder, shape)));
            over.Add((double.NaN, real[^1].Node - real[^1].Etcd));
            boot.Add((
                await BootAsync(folder, shape, Bare, "Reached target multi-user.target"),
                await BootAsync(folder, shape, "", "Started corenode.service")));
        }

        (double all, double node) = await MemoryAsync(image);
        return
        [
            new Figure("boot stage, on top of an empty init", "ms", new Target.AtMost(MostStageMs), over),
            new Figure("beside it: empty init, boot stage", "ms", Target.None, real),
            new Figure("boot stage, on top of an empty init, instructions", "M", Target.None, counted),
            new Figure("boot: to multi-user without CoreNode, to a serving store", "s",
                new Target.Share(MostBootRatio), boot),
            Once("memory of all user space, idle", new Target.AtMost(MostMemoryMb), all),
            Once("memory of CoreNode in it", new Target.AtMost(MostNodeMb), node),
            Once("payload", new Target.AtMost(MostPayloadMb), new FileInfo(image.File("payload")).Length / Megabyte),
            Once("/usr", new Target.AtMost(MostUsrMb), image.VerityOffset / Megabyte),
        ];
    }

    private static BuiltImage? Find()
    {
        try
        {
            return BuiltImage.Find();
        }
        catch (IgnoreException missing)
        {
            TestContext.Progress.WriteLine($"image: {missing.Message}");
            return null;
        }
    }

    private static Figure Once(string name, Target target, double figure) =>
        new($"image: {name}", "MB", target, [(double.NaN, figure)]);

    // From "Run /init" to the end of the first program, which says when that was.
    private static async Task<double> StageAsync(TestFolder folder, VmShape shape)
    {
        await using VirtualMachine machine = VirtualMachine.Start(folder, shape);
        await machine.WaitForAsync("ms after the kernel", _limit);
        return Number(EndLine(), machine.Console) - 1000 * Number(InitLine(), machine.Console);
    }

    // Seconds of the kernel's clock until systemd says that.
    private static async Task<double> BootAsync(TestFolder folder, VmShape shape, string words, string said)
    {
        await using VirtualMachine machine = VirtualMachine.Start(folder, shape with
        {
            CommandLine = $"{Words} {Systemd} {words}",
            More =
            [
                "-netdev", "user,id=n", "-device", "virtio-net-pci,netdev=n,romfile=", "-device", "virtio-rng-pci",
            ],
        });
        await machine.WaitForAsync(said, _limit);
        string line = machine.Console.Split('\n').First(one => one.Contains(said, StringComparison.Ordinal));
        return Number(StampLine(), line);
    }

    private static async Task<(double All, double Node)> MemoryAsync(BuiltImage image)
    {
        using TestFolder folder = new();
        string script = string.Join('\n', Idle.Split('\n').Select(line => "      " + line));
        ImageMachine made = await ImageMachine.MakeAsync(folder, image, $"""
            #cloud-config
            hostname: idle
            write_files:
              - path: /opt/bin/check
                permissions: "0755"
                content: |
            {script}
            coreos:
              units:
                - name: check.service
                  command: start
                  content: |
                    [Unit]
                    After=corenode.service

                    [Service]
                    ExecStart=/opt/bin/check
            """);
        await using VirtualMachine machine = made.Start("bios");
        await machine.WaitForAsync("CHECK done", _limit);
        Match found = MemoryLine().Match(machine.Console);
        return (Parse(found.Groups[1].Value) / 1000, Parse(found.Groups[2].Value) / 1000);
    }

    private static async Task<string> EmptyAsync(TestFolder folder)
    {
        string source = folder.File("empty.c");
        await File.WriteAllTextAsync(source, Empty);
        ProgramResult made = await ProgramResult.OfAsync(
            TestPrograms.Gcc(), ["-static", "-O1", "-o", folder.File("empty"), source]);
        if (made.ExitCode != 0)
            throw new IOException(made.Error);
        string archive = folder.File("empty.cpio");
        await using FileStream file = File.Create(archive);
        CpioArchive.Write(
            file, [CpioEntry.File("init", await File.ReadAllBytesAsync(folder.File("empty")), isProgram: true)]);
        return archive;
    }

    private static double Number(Regex pattern, string text) => Parse(pattern.Match(text).Groups[1].Value);

    private static double Parse(string number) => double.Parse(number, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\[ *([0-9.]+)\] Run /init")]
    private static partial Regex InitLine();

    [GeneratedRegex("starts ([0-9.]+) ms after the kernel")]
    private static partial Regex EndLine();

    [GeneratedRegex(@"\[ *([0-9.]+)\]")]
    private static partial Regex StampLine();

    [GeneratedRegex("CHECK memory ([0-9]+) ([0-9]+)")]
    private static partial Regex MemoryLine();
}
