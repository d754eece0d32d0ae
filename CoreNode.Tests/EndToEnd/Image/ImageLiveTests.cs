using CoreNode.Tests.EndToEnd.Vm;

namespace CoreNode.Tests.EndToEnd.Image;

/// <summary>The image started by the network, on a machine without any disk: everything is in its memory.</summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
internal sealed class ImageLiveTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(8);

    private const string UserData = """
        #cloud-config
        hostname: diskless
        write_files:
          - path: /opt/bin/check
            permissions: "0755"
            content: |
              #!/bin/bash
              exec >/dev/console 2>&1
              for i in $(seq 60); do corenode kv set /greeting hello >/dev/null && break; sleep 1; done
              echo "CHECK kv $(corenode kv get /greeting) on $(hostname)"
              echo "CHECK root $(stat -f -c %T /)"
              echo "CHECK usr $(grep ' /usr ' /proc/mounts)"
              echo "CHECK boot $(grep -E '^(slot|way|note) ' /var/lib/corenode/boot/last | tr '\n' ';')"
              echo "CHECK failed $(systemctl --failed --plain --no-legend | grep -v wait-online | tr '\n' ' ')"
              echo "CHECK log $(journalctl -b -u corenode -p warning --no-pager -o cat | tr '\n' ';')"
              echo "CHECK done"
              systemctl poweroff
        coreos:
          units:
            - name: check.service
              command: start
              content: |
                [Unit]
                After=corenode.service

                [Service]
                ExecStart=/opt/bin/check
        """;

    [Test]
    public async Task A_machine_without_a_disk_serves_from_its_memory()
    {
        BuiltImage image = BuiltImage.Find();
        using TestFolder folder = new();
        ImageMachine made = await ImageMachine.MakeWithoutDiskAsync(folder, image, UserData);
        await using VirtualMachine machine = made.StartByNetwork();
        await machine.WaitForAsync("CHECK done", _limit);
        await machine.WaitForExitAsync(_limit);
        string console = machine.Console;
        Assert.That(console, Does.Contain("CHECK kv hello on diskless\n"));
        Assert.That(console, Does.Contain("CHECK root tmpfs\n"));
        Assert.That(console, Does.Match("CHECK usr /dev/dm-0 /usr erofs ro"), "each block is checked there, too");
        Assert.That(console, Does.Match(@"CHECK boot .*slot USR-A \(3\);way switch-root"));
        Assert.That(console, Does.Match("CHECK failed *\n"));
    }
}
