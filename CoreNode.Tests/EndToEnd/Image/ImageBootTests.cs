using System.Globalization;
using System.Text.RegularExpressions;
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

    private const string Check = """
        #!/bin/bash
        exec >/dev/console 2>&1
        for i in $(seq 60); do corenode kv set /greeting hello-from-the-store >/dev/null && break; sleep 1; done
        echo "CHECK kv $(corenode kv get /greeting)"
        echo "CHECK memory $(cat /proc/[0-9]*/smaps_rollup 2>/dev/null | awk '/^Pss:/ { sum += $2 } END { print sum }')"
        echo "CHECK boot $(grep -E '^(slot|way) ' /var/lib/corenode/boot/last | tr '\n' ' ')"
        echo "CHECK usr $(grep ' /usr ' /proc/mounts)"
        echo "CHECK etc $(grep ' /etc ' /proc/mounts)"
        echo "CHECK core $(id core)"
        echo "CHECK failed $(systemctl --failed --plain --no-legend | tr '\n' ' ')"
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
        fi
        echo "CHECK done"
        systemctl poweroff
        """;

    [TestCase("bios")]
    [TestCase("uefi")]
    public async Task A_new_machine_serves_as_its_config_drive_says(string firmware)
    {
        BuiltImage image = BuiltImage.Find();
        bool hasContainers = firmware == "bios";
        using TestFolder folder = new();
        string box = hasContainers ? await BoxAsync(folder) : "";
        string[] files = hasContainers ? [box] : [];
        ImageMachine made = await ImageMachine.MakeAsync(folder, image, UserData(hasContainers), files);
        await using VirtualMachine machine = made.Start(firmware);
        await machine.WaitForAsync("CHECK done", _limit);
        await machine.WaitForExitAsync(_limit);

        string console = machine.Console;
        Assert.That(console, Does.Contain("CHECK kv hello-from-the-store"));
        Assert.That(console, Does.Match(@"CHECK boot slot USR-A \(3\) way switch-root"));
        Assert.That(console, Does.Match("CHECK usr /dev/dm-0 /usr erofs ro"));
        Assert.That(console, Does.Match("CHECK etc overlay /etc overlay rw"));
        Assert.That(console, Does.Match(@"CHECK core uid=500\(core\)"));
        Assert.That(console, Does.Match("CHECK failed *\n"));
        double memoryMb = double.Parse(
            MemoryLine().Match(console).Groups[1].Value, CultureInfo.InvariantCulture) / 1000;
        await TestContext.Out.WriteLineAsync($"user space takes {memoryMb:F0} MB");
        Assert.That(memoryMb, Is.LessThanOrEqualTo(MemoryTargetMb));
        if (hasContainers)
        {
            Assert.That(console, Does.Contain("CHECK unit active"));
            Assert.That(console, Does.Match("CHECK container .*\"value\":\"hello-from-the-store\""));
            Assert.That(console, Does.Match(@"CHECK bridge inet 10\.88\."));
        }
    }

    private static string UserData(bool hasContainers) => $"""
        #cloud-config
        hostname: box
        write_files:
        {(hasContainers ? "  - path: /etc/run-containers\n    content: wanted\n" : "")}  - path: /opt/bin/check
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
}
