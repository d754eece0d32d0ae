using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Platform.Blocks;
using CoreNode.Tests.Disks.Gpt;
using CoreNode.Tests.Platform.Codecs;

namespace CoreNode.Tests.EndToEnd.Updates;

/// <summary>
/// A machine whose disk is an image with two slots and whose boot stage is the test: the native node runs on it, is
/// killed, and comes up again in the slot that the table says. Its system 1.0 runs from USR-A; 2.0 is served.
/// </summary>
internal sealed class UpdatedMachine : IAsyncDisposable
{
    public const int SlotBytes = 16 << 20;
    public const int ImageBytes = 12 << 20;

    private const string Cmdline = "root/proc/cmdline";
    private const string BootId = "root/proc/sys/kernel/random/boot_id";
    private const int VerityAt = ImageBytes - 4096;
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(90);
    private static readonly byte[] s_root = [.. Enumerable.Range(1, 32).Select(static i => (byte)i)];

    private readonly TestFolder _folder = new();
    private readonly byte[] _image = NewImage();
    private HttpClient? _http;
    private ServerProcess? _node;
    private ServerProcess? _own;
    private int _boots;

    private UpdatedMachine()
    {
    }

    public UpdateServerStub Server { get; private set; } = null!;

    public ServerProcess Node => _node!;

    public string Disk => _folder.File("disk.img");

    /// <summary>What the machine has for its /.</summary>
    public string Root => _folder.File("root");

    public string RebootMark => _folder.File("rebooted");

    /// <summary>A file that makes the operator's check of health fail while it is there.</summary>
    public string BrokenMark => _folder.File("broken");

    /// <summary>The update server that the machine asks instead of the stub; set before the start.</summary>
    public string? OtherServer { get; set; }

    /// <summary>Keys that the machine trusts.</summary>
    public string KeysFolder => _folder.File("keys");

    /// <summary>The payload of 2.0, where this machine has made it.</summary>
    public string PayloadFile => _folder.File("update.payload");

    /// <summary>
    /// Makes everything but the node; with the keys of another machine, which then has the payload for both.
    /// </summary>
    public static async Task<UpdatedMachine> MakeAsync(UpdatedMachine? like = null)
    {
        UpdatedMachine machine = new();
        string[] folders = ["root/proc/sys/kernel/random", "root/usr/share/coreos", "keys", "health.d"];
        foreach (string folder in folders)
            Directory.CreateDirectory(machine._folder.File(folder));
        machine.WriteDisk();
        await File.WriteAllTextAsync(
            machine._folder.File("root/usr/share/coreos/release"),
            "COREOS_RELEASE_VERSION=1.0\nCOREOS_RELEASE_BOARD=test-board\n");
        machine.BootInto("USR-A");
        machine.WriteScript("health.d/works", $"test ! -e {machine.BrokenMark}");
        machine.WriteScript("reboot", $"echo yes >> {machine.RebootMark}");
        if (like is null)
            machine.Server = new UpdateServerStub("2.0", await machine.MakePayloadAsync());
        else
            File.Copy(Path.Combine(like.KeysFolder, "update.pem"), machine._folder.File("keys/update.pem"));
        return machine;
    }

    /// <summary>Starts the node, the first time or again, and waits until it serves.</summary>
    public async Task StartAsync(params string[] extra)
    {
        if (_node is not null)
        {
            await _node.RestartAsync();
            return;
        }

        _own = await NodeProcess.StartAsync([.. Flags, .. extra]);
        Use(_own);
    }

    /// <summary>What a node is started with that runs on this machine.</summary>
    public IReadOnlyList<string> Flags =>
    [
        "--update-disk", Disk, "--update-root", _folder.File("root"), "--update-keys", _folder.File("keys"),
        "--update-health", _folder.File("health.d"), "--update-server", OtherServer ?? Server.Url,
        "--update-settle", "500ms", "--update-health-deadline", "4s", "--reboot-command", _folder.File("reboot"),
        "--unit-manager", "embedded",
    ];

    /// <summary>A node that was started with these flags; whoever started it ends it.</summary>
    public void Use(ServerProcess node)
    {
        _node = node;
        string path = node.Place.SocketPath;
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
            PooledConnectionLifetime = TimeSpan.Zero,
        })
        {
            BaseAddress = new Uri("http://node/"),
            Timeout = TimeSpan.FromSeconds(10),
        };
    }

    /// <summary>The boot stage chooses a slot and takes a try off it; the node is started in it.</summary>
    public async Task<string> RestartMachineAsync()
    {
        if (Node.IsRunning)
            await Node.KillAsync();
        string label;
        using (RealBlockDevice device = RealBlockDevice.Open(Disk, BlockAccess.Write))
        {
            SlotDisk disk = new(device);
            disk.Repair();
            SlotChoice next = SlotOrder.Next(new SlotRule().Find(disk.Table))!;
            Assert.That(next.IsLastResort, Is.False, "there is a slot that boots");
            disk.Change(table => SlotOrder.Started(table, next.Slot));
            label = next.Slot.Label;
        }

        BootInto(label);
        await StartAsync();
        return label;
    }

    /// <summary>Priority, tries and successful of a slot.</summary>
    public SlotAttributes Attributes(string label)
    {
        using RealBlockDevice device = RealBlockDevice.Open(Disk, BlockAccess.Read);
        return new SlotRule().Find(new SlotDisk(device).Table).Single(one => one.Label == label).Attributes;
    }

    /// <summary>Whatever happened: a slot boots, and one that may be booted holds a whole system.</summary>
    public void AssertBootable()
    {
        using RealBlockDevice device = RealBlockDevice.Open(Disk, BlockAccess.Read);
        SlotDisk disk = new(device);
        IReadOnlyList<GptPartition> slots = new SlotRule().Find(disk.Table);
        Assert.That(SlotOrder.Next(slots)!.IsLastResort, Is.False);
        GptPartition target = slots.Single(static one => one.Label == "USR-B");
        if (!target.Attributes.MayStart)
            return;
        byte[] found = new byte[ImageBytes];
        using DeviceWindow window = disk.Open(target);
        window.Read(0, found);
        Assert.That(found.AsSpan().SequenceEqual(_image), "a slot that may be booted is complete");
    }

    public async Task<JsonElement> StatusAsync()
    {
        string text = await _http!.GetStringAsync("/corenode/v1/update");
        return JsonDocument.Parse(text).RootElement;
    }

    public async Task<JsonElement> HistoryAsync()
    {
        string text = await _http!.GetStringAsync("/corenode/v1/update/history");
        return JsonDocument.Parse(text).RootElement.GetProperty("entries");
    }

    /// <summary>Gives an order; the status that was answered, or the refusal.</summary>
    public async Task<(int Status, string Body)> OrderAsync(string order, string body = "{}")
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await _http!.PostAsync($"/corenode/v1/update/{order}", content);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Has the server asked; waits where the node is not that far yet.</summary>
    public async Task NowAsync()
    {
        Stopwatch watch = Stopwatch.StartNew();
        (int status, string body) = await OrderAsync("now");
        while (status != 200 && body.Contains("have not begun", StringComparison.Ordinal) && watch.Elapsed < s_deadline)
        {
            await Task.Delay(20);
            (status, body) = await OrderAsync("now");
        }

        Assert.That(status, Is.EqualTo(200), body);
    }

    /// <summary>Waits until the status is so.</summary>
    public async Task<JsonElement> UntilAsync(Func<JsonElement, bool> isSo)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            JsonElement status = await StatusAsync();
            if (isSo(status))
                return status;
            if (watch.Elapsed > s_deadline)
                Assert.Fail($"stuck at {status}\n{Node.StandardError}");
            await Task.Delay(20);
        }
    }

    public Task<JsonElement> UntilStageAsync(string stage) => UntilAsync(
        status => status.GetProperty("stage").GetString() == stage);

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (_own is not null)
            await _own.DisposeAsync();
        if (Server is not null)
            await Server.DisposeAsync();
        _folder.Dispose();
    }

    private static byte[] NewImage()
    {
        byte[] image = CodecSample.Make(ImageBytes);
        // The superblock of dm-verity, version 1 (kernel documentation, verity.rst): what a slot says of itself is
        // made from it.
        Span<byte> block = image.AsSpan(VerityAt, 4096);
        block.Clear();
        "verity\0\0"u8.CopyTo(block);
        BitConverter.TryWriteBytes(block[8..], 1);
        BitConverter.TryWriteBytes(block[12..], 1);
        "sha256"u8.CopyTo(block[32..]);
        BitConverter.TryWriteBytes(block[64..], 4096);
        BitConverter.TryWriteBytes(block[68..], 4096);
        BitConverter.TryWriteBytes(block[72..], (long)(VerityAt / 4096));
        return image;
    }

    private async Task<byte[]> MakePayloadAsync()
    {
        string image = _folder.File("new.img");
        await File.WriteAllBytesAsync(image, _image);
        await RunAsync("key", "new", _folder.File("update.key"), "--type", "ecdsa-p256");
        File.Move(_folder.File("update.pub.pem"), _folder.File("keys/update.pem"));
        await RunAsync(
            "payload", "create", image, "--key", _folder.File("update.key"), "--version", "2.0", "--counter", "2",
            "--board", "test-board", "--verity-root", Convert.ToHexStringLower(s_root), "--verity-offset",
            VerityAt.ToString(CultureInfo.InvariantCulture), "--out", _folder.File("update.payload"));
        return await File.ReadAllBytesAsync(_folder.File("update.payload"));
    }

    private static async Task RunAsync(params string[] arguments)
    {
        ProgramResult result = await ProgramResult.OfAsync(TestPrograms.Corenode(), arguments);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
    }

    private void WriteDisk()
    {
        const int sector = 512;
        const ulong slotSectors = SlotBytes / sector;
        const ulong first = 2048;
        TestDisk disk = new()
        {
            Sectors = (int)(first + (2 * slotSectors) + 2048),
            Partitions =
            [
                new TestPartition(3, first, first + slotSectors - 1)
                {
                    Label = "USR-A",
                    Attributes = TestPartition.Bits(1, 0, 1),
                },
                new TestPartition(4, first + slotSectors, first + (2 * slotSectors) - 1) { Label = "USR-B" },
            ],
        };
        File.WriteAllBytes(Disk, disk.Build());
    }

    private void BootInto(string label)
    {
        _boots++;
        File.WriteAllText(_folder.File(Cmdline), $"quiet corenode.slot=PARTLABEL={label}\n");
        File.WriteAllText(_folder.File(BootId), string.Create(CultureInfo.InvariantCulture, $"test-boot-{_boots}\n"));
    }

    private void WriteScript(string name, string line)
    {
        string file = _folder.File(name);
        File.WriteAllText(file, $"#!/bin/sh\n{line}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
