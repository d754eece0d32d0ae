using System.Globalization;
using System.Text.RegularExpressions;
using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Platform.Blocks;
using CoreNode.Tests.EndToEnd.Vm;

namespace CoreNode.Tests.EndToEnd.Image;

/// <summary>
/// The whole image in a virtual machine, from the firmware to a node that serves, as its config drive wants it. What a
/// script inside finds comes by the serial console.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
internal sealed partial class ImageBootTests
{
    // Without hardware help and beside other tests; alone a machine takes half a minute.
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(8);

    private const double MemoryTargetMb = 120;
    private const double NodeMemoryTargetMb = 45;

    private const long Gib = 1L << 30;
    private const int SectorBytes = 512;

    // Partitions end at multiples of that.
    private const long AlignmentBytes = 2 << 20;

    // What ext4 needs of a partition for itself, inode tables most of all.
    private const double FileSystemShare = 0.9;

    private static readonly Guid _idOfImages = new("00000000-0000-0000-0000-000000000001");

    private const string Check = """
        #!/bin/bash
        exec >/dev/console 2>&1
        pss() { cat "$@" 2>/dev/null | awk '/^Pss:/ { sum += $2 } END { print sum }'; }
        echo "CHECK before $(corenode kv get /greeting 2>/dev/null) $(ls /srv /home/core | tr '\n' ' ')"
        for i in $(seq 60); do corenode kv set /greeting hello-from-the-store >/dev/null && break; sleep 1; done
        echo "CHECK kv $(corenode kv get /greeting)"
        timeout 120 systemctl is-system-running --wait
        sleep 5
        echo "CHECK memory $(pss /proc/[0-9]*/smaps_rollup)"
        echo "CHECK node $(pss $(pgrep -x corenode | sed 's|.*|/proc/&/smaps_rollup|'))"
        echo "CHECK id $(cat /etc/machine-id)"
        echo "CHECK state $(stat -f -c '%b %S' /)"
        echo "CHECK notes $(grep -E '^note ' /var/lib/corenode/boot/last | tr '\n' ';')"
        echo "CHECK boot $(grep -E '^(slot|way) ' /var/lib/corenode/boot/last | tr '\n' ' ')"
        echo "CHECK usr $(grep ' /usr ' /proc/mounts)"
        echo "CHECK etc $(grep ' /etc ' /proc/mounts)"
        echo "CHECK core $(id core)"
        # A slow machine's network may come after the time that is waited for it.
        echo "CHECK failed $(systemctl --failed --plain --no-legend | grep -v wait-online | tr '\n' ' ')"
        if [ -e /etc/run-containers ]; then
          printf '[Service]\nExecStart=/bin/sleep inf\n' >/tmp/hello.service
          corenode unit start /tmp/hello.service
          for i in $(seq 60); do systemctl -q is-active hello.service && break; sleep 1; done
          echo "CHECK unit $(systemctl is-active hello.service)"
          mkdir -p /tmp/drive && mount -o ro /dev/disk/by-label/CONFIG-2 /tmp/drive
          podman import /tmp/drive/box.tar localhost/box:1
          echo "CHECK container $(docker run --rm --network=host localhost/box:1 \
            /bin/busybox wget -q -O - http://127.0.0.1:2379/v2/keys/greeting)"
          echo "CHECK bridge $(docker run --rm localhost/box:1 /bin/busybox ip addr show eth0 | grep -o 'inet [0-9.]*')"
          echo "CHECK token $(docker run --rm -v /var/lib/corenode/container-token:/token:ro localhost/box:1 \
            /bin/busybox sh -c 'for i in 1 2 3 4 5 6 7 8 9; do /bin/busybox sleep 2; /bin/busybox wget -q -O - \
            --header "Authorization: Bearer $(/bin/busybox cat /token)" \
            http://10.88.0.1:2379/v2/keys/greeting && break; done')"
        fi
        if [ -e /etc/run-reset ] && [ ! -e /srv/kept ]; then
          touch /srv/kept /srv/lost /home/core/lost
          corenode factory-reset --keep machine-id,/srv/kept --no-reboot --yes
          echo "CHECK reset $?"
        fi
        echo "CHECK done"
        systemctl poweroff
        """;

    [Test]
    public async Task A_new_machine_serves_as_its_config_drive_says_and_runs_containers()
    {
        using TestFolder folder = new();
        string box = await BoxAsync(folder);
        ImageMachine made = await ImageMachine.MakeAsync(
            folder, BuiltImage.Find(), UserData("/etc/run-containers"), box);
        made.Enlarge(Gib);
        string console = await RunAsync(made, "bios");
        AssertServes(console);
        await AssertFillsAsync(made.Disk, console);
        Assert.That(console, Does.Contain("CHECK unit active"));
        Assert.That(console, Does.Match("CHECK container .*\"value\":\"hello-from-the-store\""));
        Assert.That(console, Does.Match(@"CHECK bridge inet 10\.88\."));
        Assert.That(console, Does.Match("CHECK token .*\"value\":\"hello-from-the-store\""));
    }

    [Test]
    public async Task A_machine_grows_with_its_disk_and_a_factory_reset_makes_it_new()
    {
        using TestFolder folder = new();
        ImageMachine made = await ImageMachine.MakeAsync(folder, BuiltImage.Find(), UserData("/etc/run-reset"));
        string console = await RunAsync(made, "uefi");
        AssertServes(console);
        Guid disk = await AssertFillsAsync(made.Disk, console);
        string machine = MachineLine().Match(console).Groups[1].Value;
        Assert.That(machine, Has.Length.EqualTo(32));
        Assert.That(console, Does.Contain("CHECK reset 0"));

        made.Enlarge(Gib);
        console = await RunAsync(made, "uefi");
        AssertServes(console);
        Assert.That(await AssertFillsAsync(made.Disk, console), Is.EqualTo(disk), "it has its own id already");
        Assert.That(console, Does.Match("CHECK notes .*the file system at /sysroot grew from "));
        Assert.That(console, Does.Match("CHECK notes .*what this machine kept was cleared, as ordered"));
        Assert.That(console, Does.Contain("CHECK before  /home/core:  /srv: kept \n"), "one file, and no key");
        Assert.That(console, Does.Contain($"CHECK id {machine}\n"), "that was to be kept");
    }

    private static async Task<string> RunAsync(ImageMachine made, string firmware)
    {
        await using VirtualMachine machine = made.Start(firmware);
        await machine.WaitForAsync("CHECK done", _limit);
        await machine.WaitForExitAsync(_limit);
        return machine.Console;
    }

    private static void AssertServes(string console)
    {
        Assert.That(console, Does.Contain("CHECK kv hello-from-the-store"));
        Assert.That(console, Does.Match(@"CHECK boot slot USR-A \(3\) way switch-root"));
        Assert.That(console, Does.Match("CHECK usr /dev/dm-0 /usr erofs ro"));
        Assert.That(console, Does.Match("CHECK etc overlay /etc overlay rw"));
        Assert.That(console, Does.Match(@"CHECK core uid=500\(core\)"));
        Assert.That(console, Does.Match("CHECK failed *\n"));
        double memoryMb = Number(MemoryLine().Match(console).Groups[1]) / 1000;
        double nodeMb = Number(NodeLine().Match(console).Groups[1]) / 1000;
        TestContext.Out.WriteLine($"user space takes {memoryMb:F0} MB, CoreNode {nodeMb:F0} MB of it");
        Assert.That(memoryMb, Is.LessThanOrEqualTo(MemoryTargetMb));
        Assert.That(nodeMb, Is.LessThanOrEqualTo(NodeMemoryTargetMb).And.Positive);
    }

    // The table, its copy at the disk's end, the partition of what the machine keeps, and the file system in it. Gives
    // the disk's id.
    private static async Task<Guid> AssertFillsAsync(string disk, string console)
    {
        ProgramResult judged = await ProgramResult.OfAsync(TestPrograms.Sgdisk(), ["-v", disk]);
        Assert.That(judged.Output, Does.Contain("No problems found"), "also where the copy of the table lies");
        using RealBlockDevice device = RealBlockDevice.Open(disk, BlockAccess.Read);
        GptTable table = new SlotDisk(device).Table;
        Assert.That(table.DiskId, Is.Not.EqualTo(_idOfImages));
        GptPartition state = table.Partitions.Single(one => one.Label == "STATE");
        long end = ((long)state.LastSector + 1) * SectorBytes;
        Assert.That(end, Is.InRange(device.LengthBytes - (2 * AlignmentBytes), device.LengthBytes));
        Match size = StateLine().Match(console);
        double bytes = Number(size.Groups[1]) * Number(size.Groups[2]);
        Assert.That(bytes, Is.GreaterThan((double)state.Sectors * SectorBytes * FileSystemShare));
        return table.DiskId;
    }

    private static double Number(Group found) => double.Parse(found.Value, CultureInfo.InvariantCulture);

    // The mark says what else the script is to do.
    private static string UserData(string mark) => $"""
        #cloud-config
        hostname: box
        write_files:
          - path: {mark}
            content: wanted
          - path: /opt/bin/check
            permissions: "0755"
            content: |
        {string.Join('\n', Check.Split('\n').Select(line => "      " + line))}
        coreos:
          units:
            - name: check.service
              command: start
              content: |
                [Unit]
                Requires=docker.service
                After=corenode.service docker.service

                [Service]
                ExecStart=/opt/bin/check
        """;

    // A file system for a container: one program without libraries.
    private static async Task<string> BoxAsync(TestFolder folder)
    {
        string root = folder.File("box");
        Directory.CreateDirectory(Path.Combine(root, "bin"));
        File.Copy(TestPrograms.Busybox(), Path.Combine(root, "bin/busybox"));
        string tar = folder.File("box.tar");
        ProgramResult result = await ProgramResult.OfAsync("tar", ["-C", root, "-cf", tar, "bin"]);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        return tar;
    }

    [GeneratedRegex("CHECK memory ([0-9]+)")]
    private static partial Regex MemoryLine();

    [GeneratedRegex("CHECK node ([0-9]+)")]
    private static partial Regex NodeLine();

    [GeneratedRegex("CHECK id ([0-9a-f]+)")]
    private static partial Regex MachineLine();

    [GeneratedRegex("CHECK state ([0-9]+) ([0-9]+)")]
    private static partial Regex StateLine();
}
