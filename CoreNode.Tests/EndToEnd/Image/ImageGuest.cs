using System.Diagnostics;
using System.Globalization;
using CoreNode.Tests.EndToEnd.Updates;
using CoreNode.Tests.EndToEnd.Vm;

namespace CoreNode.Tests.EndToEnd.Image;

/// <summary>
/// A machine of the image that takes its updates from a server of the test, with a shell of root at its second serial
/// port. What it does is written to the test's output, with how long it took.
/// </summary>
internal sealed class ImageGuest : IAsyncDisposable
{
    /// <summary>Where slot B begins on the disk.</summary>
    public const long SlotB = 1540L << 20;

    /// <summary>Where STATE begins on the disk.</summary>
    public const long State = 2692L << 20;

    /// <summary>What is said of a version that is not taken again: by the machine, or by a server that knows.</summary>
    public const string NotAgain = "went back (here|from this version) before";

    private const string Begins = "SHELL begins";
    private const string AppId = "e96281a6-d1af-4bde-9a0a-97b76e56dc57";

    // Without hardware help and beside other tests; alone a machine takes half a minute.
    private static readonly TimeSpan _bootLimit = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan _commandLimit = TimeSpan.FromMinutes(9);
    private static readonly TimeSpan _closeLook = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(50);

    private readonly TestFolder _folder;
    private readonly BuiltImage _image;
    private readonly ImageMachine _machine;
    private readonly UpdateServerProcess _server;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private VirtualMachine? _running;
    private SerialLine? _shell;
    private int _shells;
    private int _commands;

    private ImageGuest(TestFolder folder, BuiltImage image, ImageMachine machine, UpdateServerProcess server)
    {
        _folder = folder;
        _image = image;
        _machine = machine;
        _server = server;
    }

    /// <summary>Its disk.</summary>
    public string Disk => _machine.Disk;

    /// <summary>The firmware that it starts with from the next <see cref="Start"/> on: "bios" or "uefi".</summary>
    public string Firmware { get; set; } = "bios";

    /// <summary>All that it wrote to its console since power was there.</summary>
    public string Console => _running!.Console;

    private string Shell => _shell?.Text ?? "";

    /// <summary>Makes it, and its update server. It has not been started yet.</summary>
    /// <param name="folder">Where everything is.</param>
    /// <param name="image">The image.</param>
    /// <param name="files">Further files that its user data has: entries of write_files.</param>
    public static async Task<ImageGuest> MakeAsync(TestFolder folder, BuiltImage image, string files = "")
    {
        string keys = folder.File("keys");
        Directory.CreateDirectory(keys);
        File.Copy(Path.ChangeExtension(image.Key, ".pub.pem"), Path.Combine(keys, "image.pem"));
        UpdateServerProcess server = await UpdateServerProcess.StartAsync(keys);
        await server.DoneAsync("app", "add", "os", "--id", AppId);
        await server.DoneAsync("channel", "add", "stable");
        await server.DoneAsync("group", "add", "stable", "--channel", "stable");
        ImageMachine machine = await ImageMachine.MakeAsync(folder, image, UserData(server, files));
        return new ImageGuest(folder, image, machine, server);
    }

    /// <summary>The server offers this from now on.</summary>
    public async Task OfferAsync(ImageRelease release)
    {
        await _server.DoneAsync("package", "add", release.Payload);
        await _server.DoneAsync("channel", "set", "stable", release.Version);
        await SayAsync($"the server offers {release.Version}");
    }

    /// <summary>Power comes; words are for a boot stage that QEMU starts itself.</summary>
    public void Start(string? words = null)
    {
        _shells = 0;
        string socket = _folder.File("shell");
        File.Delete(socket);
        _running = _machine.Start(Firmware, isRestarting: true, words, SerialLine.Arguments("shell", socket));
        _shell = new SerialLine(socket);
    }

    /// <summary>Waits for the shell of a system that was just started, which is there before its node.</summary>
    public async Task ShellAsync()
    {
        await UntilAsync(() => Count(Shell, Begins) > _shells, _bootLimit, "a shell");
        _shells = Count(Shell, Begins);
        await SayAsync("a system has started");
    }

    /// <summary>
    /// Waits until a system says that on its console and ends; the shell of the next one is waited for after that.
    /// </summary>
    public async Task SaysAsync(string text)
    {
        await UntilAsync(() => Console.Contains(text, StringComparison.Ordinal), _bootLimit, text);
        // On a busy machine it may begin a shell of its own only now.
        int at = Console.IndexOf(text, StringComparison.Ordinal);
        await UntilAsync(
            () => Console.IndexOf("corenode: slot USR-", at, StringComparison.Ordinal) >= 0, _bootLimit,
            "the next boot stage");
        _shells = Count(Shell, Begins);
        await SayAsync(text);
    }

    /// <summary>Waits until the node of a system that was just started serves; its slot: "USR-A (3)".</summary>
    public async Task<string> ServesAsync()
    {
        await ShellAsync();
        await RunAsync("""
            until systemctl -q is-active corenode.service; do sleep 1; done
            boot=$(cat /proc/sys/kernel/random/boot_id)
            until corenode kv set /serves $boot && [ "$(corenode kv get /serves)" = $boot ]; do sleep 1; done
            """);
        string slot = await RunAsync("sed -n 's/^slot //p' /var/lib/corenode/boot/last");
        await SayAsync($"its node serves from {slot}");
        return slot;
    }

    /// <summary>What a command of its shell writes to its standard output.</summary>
    public async Task<string> RunAsync(string command)
    {
        int from = Shell.Length;
        string mark = string.Create(CultureInfo.InvariantCulture, $"@@{++_commands}@@");
        string whole = $"{{ {command}\n}} </dev/null 2>/run/errors | cat";
        await BeginAsync(string.Create(CultureInfo.InvariantCulture, $"{whole}; echo \"@@\"{_commands}@@"));
        await UntilAsync(() => Shell.IndexOf(mark, from, StringComparison.Ordinal) >= 0, _commandLimit, command);
        string text = Shell[from..];
        return text[..text.IndexOf(mark, StringComparison.Ordinal)].Trim();
    }

    /// <summary>Begins a command without waiting for its end.</summary>
    public Task BeginAsync(string command) => _shell!.SendAsync(command + "\n");

    /// <summary>Has it ask the server and take what that offers; what it says.</summary>
    public async Task<string> UpdateAsync()
    {
        string said = await RunAsync("corenode update now 2>&1");
        await SayAsync($"corenode update now:\n{said}");
        return said;
    }

    /// <summary>Restarts it in order.</summary>
    public Task RestartAsync() => BeginAsync("systemctl reboot");

    /// <summary>Restarts it in order without its firmware: it starts its own boot stage.</summary>
    public Task RestartByKexecAsync() => BeginAsync("corenode reboot now --by kexec --accept-outage");

    /// <summary>Switches it off in order.</summary>
    public async Task PowerOffAsync()
    {
        await BeginAsync("systemctl poweroff");
        await _running!.WaitForExitAsync(_bootLimit);
    }

    /// <summary>Power goes.</summary>
    public void CutPower() => _running!.CutPower();

    /// <summary>Power goes as soon as that is so, looked at each millisecond.</summary>
    public async Task CutPowerWhenAsync(Func<bool> isSo, string what)
    {
        Stopwatch watch = Stopwatch.StartNew();
        bool isMet;
        while (!(isMet = isSo()) && watch.Elapsed < _commandLimit)
            await Task.Delay(_closeLook);
        CutPower();
        Assert.That(isMet, Is.True, $"{what} never came:\n{Shell}");
        await SayAsync($"power was cut: {what}");
    }

    /// <summary>Priority, tries and successful of slot B, of the table that counts.</summary>
    public string BitsB() => TinyDisk.Look(Disk, 4).Bits;

    /// <summary>Waits until that is so of its disk.</summary>
    public Task UntilBitsBAsync(string bits) => UntilAsync(() => BitsB() == bits, _bootLimit, $"slot B at {bits}");

    /// <summary>Attributes of slot B in both copies of the table, as they lie on the disk.</summary>
    public (ulong Primary, ulong Backup) RawB()
    {
        using FileStream disk = new(Disk, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return (At(disk, 1024), At(disk, disk.Length - (33 * 512)));
    }

    /// <summary>True if something is there on its disk.</summary>
    public bool IsWritten(long offset)
    {
        byte[] part = new byte[4096];
        using FileStream disk = new(Disk, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        disk.Position = offset;
        disk.ReadExactly(part);
        return part.AsSpan().ContainsAnyExcept((byte)0);
    }

    /// <summary>Writes a line to the test's output.</summary>
    public Task SayAsync(string text) => TestContext.Out.WriteLineAsync(string.Create(
        CultureInfo.InvariantCulture, $"{_watch.Elapsed.TotalSeconds,6:F1} s  {text}"));

    public async ValueTask DisposeAsync()
    {
        if (_running is not null)
            await _running.DisposeAsync();
        if (_shell is not null)
            await _shell.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static ulong At(FileStream disk, long entries)
    {
        // The fourth entry; attributes are its seventh word.
        byte[] word = new byte[8];
        disk.Position = entries + (3 * 128) + 48;
        disk.ReadExactly(word);
        return BitConverter.ToUInt64(word);
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private static string UserData(UpdateServerProcess server, string files) => $"""
        #cloud-config
        hostname: box
        write_files:
          - path: /etc/default/corenode
            content: |
              CORENODE_UPDATE_SERVER={server.MachinesUrl.Replace("127.0.0.1", "10.0.2.2", StringComparison.Ordinal)}
              CORENODE_UPDATE_SETTLE=5s
              CORENODE_REBOOT_STRATEGY=off
          - path: /etc/systemd/system.conf.d/slow.conf
            content: |
              [Manager]
              # On a machine that others use, too, a reload of systemd takes long.
              RuntimeWatchdogSec=5min
          - path: /opt/bin/shell
            permissions: "0755"
            content: |
              #!/bin/bash
              export TERM=dumb PAGER=cat SYSTEMD_PAGER=cat HOME=/root
              stty -echo -onlcr
              echo "{Begins}"
              cat | bash
        {files}
        coreos:
          units:
            - name: shell.service
              enable: true
              command: start
              content: |
                [Unit]
                DefaultDependencies=no
                After=basic.target
                Conflicts=shutdown.target
                Before=shutdown.target

                [Service]
                ExecStart=/opt/bin/shell
                StandardInput=tty-force
                StandardOutput=tty
                StandardError=tty
                TTYPath=/dev/ttyS1

                [Install]
                WantedBy=multi-user.target
        """;

    private async Task UntilAsync(Func<bool> isSo, TimeSpan limit, string what)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!isSo())
        {
            if (watch.Elapsed > limit || _running!.HasEnded)
            {
                Assert.Fail($"{what}: the machine {(_running!.HasEnded ? "ended" : $"ran for {watch.Elapsed}")}\n"
                    + $"{Shell}\n{_running.Tail()}");
            }

            await Task.Delay(_look);
        }
    }
}
