using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Hosting.Payloads;
using CoreNode.Platform.Blocks;
using CoreNode.Tests.Disks.Gpt;
using CoreNode.Tests.EndToEnd.Clusters;
using CoreNode.Tests.Platform.Codecs;
using CoreNode.Tests.Updates.Payload;
using CoreNode.Updates.Keys;

namespace CoreNode.Tests.EndToEnd.Updates;

/// <summary>
/// A machine whose disk is an image with two slots and whose boot stage is the test: the native node runs on it, is
/// killed, and comes up again in the slot that the table says. Its system 1.0 runs from USR-A; 2.0 is served.
/// </summary>
internal sealed class UpdatedMachine : IAsyncDisposable
{
    public const int SlotBytes = 16 << 20;
    public const int ImageBytes = 12 << 20;
    public const int KernelBytes = (3 << 20) + 1234;

    private const string Cmdline = "root/proc/cmdline";
    private const string BootId = "root/proc/sys/kernel/random/boot_id";
    private const int VerityAt = ImageBytes - 4096;
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(200);
    private static readonly byte[] s_root = [.. Enumerable.Range(1, 32).Select(static i => (byte)i)];

    private readonly TestFolder _folder = new();
    private readonly byte[] _image = NewImage();
    private readonly byte[] _kernel;
    private HttpClient? _http;
    private ServerProcess? _node;
    private ServerProcess? _own;
    private LoopDisk? _loop;
    private int _boots;

    private UpdatedMachine(bool hasKernel) => _kernel = hasKernel ? CodecSample.Make(KernelBytes) : [];

    public UpdateServerStub Server { get; private set; } = null!;

    public ServerProcess Node => _node!;

    /// <summary>The image, or once it is attached the disk that the kernel makes of it.</summary>
    public string Disk => _loop?.Path ?? DiskImage;

    /// <summary>Where all of it lies.</summary>
    public string Folder => _folder.Path;

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

    /// <summary>The image that is served.</summary>
    public ReadOnlySpan<byte> Image => _image;

    /// <summary>The kernel that is served beside it; empty without.</summary>
    public ReadOnlySpan<byte> Kernel => _kernel;

    private string DiskImage => _folder.File("disk.img");

    /// <summary>The file of a kernel beside the slots.</summary>
    public string KernelFile(char letter) => _folder.File($"root/boot/coreos/vmlinuz-{letter}");

    /// <summary>Makes everything but the node.</summary>
    /// <param name="network">Where the server is; null: here.</param>
    /// <param name="hasKernel">Whether kernels lie beside the slots, and the served release has one.</param>
    /// <param name="like">Another machine whose keys it trusts: that one has the payload for both.</param>
    public static async Task<UpdatedMachine> MakeAsync(
        NetworkNamespace? network = null, bool hasKernel = false, UpdatedMachine? like = null)
    {
        UpdatedMachine machine = new(hasKernel);
        string[] folders = ["root/proc/sys/kernel/random", "root/usr/share/coreos", "keys", "health.d"];
        foreach (string folder in folders)
            Directory.CreateDirectory(machine._folder.File(folder));
        if (hasKernel)
        {
            Directory.CreateDirectory(machine._folder.File("root/boot/coreos"));
            await File.WriteAllTextAsync(machine.KernelFile('a'), "the running kernel");
            await File.WriteAllTextAsync(machine.KernelFile('b'), "an older kernel");
        }

        machine.WriteDisk();
        await File.WriteAllTextAsync(
            machine._folder.File("root/usr/share/coreos/release"),
            "COREOS_RELEASE_VERSION=1.0\nCOREOS_RELEASE_BOARD=test-board\n");
        machine.BootInto("USR-A");
        machine.WriteScript("health.d/works", $"test ! -e {machine.BrokenMark}");
        machine.WriteScript("reboot", $"echo yes >> {machine.RebootMark}");
        if (like is not null)
        {
            File.Copy(Path.Combine(like.KeysFolder, "update.pem"), machine._folder.File("keys/update.pem"));
            return machine;
        }

        byte[] payload = await machine.MakePayloadAsync();
        machine.Server = network is null
            ? new UpdateServerStub("2.0", payload)
            : network.Run(() => new UpdateServerStub("2.0", payload));
        return machine;
    }

    /// <summary>
    /// Makes a disk of the kernel out of the image, before the node is started. The slot that will be written holds the
    /// first so many bytes of the new system already.
    /// </summary>
    public async Task<LoopDisk> AttachAsync(int held)
    {
        using (RealBlockDevice device = RealBlockDevice.Open(DiskImage, BlockAccess.Write))
        {
            SlotDisk disk = new(device);
            GptPartition target = new SlotRule().Find(disk.Table).Single(static one => one.Label == "USR-B");
            using DeviceWindow window = disk.Open(target);
            window.Write(0, _image.AsSpan(0, held));
            window.Sync();
        }

        _loop = await LoopDisk.AttachAsync(DiskImage, partitions: 4);
        // Of the machine's own /, what tells of its disks.
        File.CreateSymbolicLink(_folder.File("root/sys"), "/sys");
        Directory.CreateDirectory(_folder.File("root/run"));
        return _loop;
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
        .. FlagsOfDisk, "--update-server", OtherServer ?? Server.Url, "--unit-manager", "embedded",
        "--reboot-strategy", "off",
    ];

    /// <summary>Those that say where the disk is, and what belongs to it.</summary>
    public IReadOnlyList<string> FlagsOfDisk =>
    [
        "--update-disk", Disk, "--update-root", _folder.File("root"), "--update-keys", _folder.File("keys"),
        "--update-health", _folder.File("health.d"), "--update-settle", "500ms", "--update-health-deadline", "4s",
        "--reboot-command", _folder.File("reboot"),
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
        string label = await BootAsync();
        await StartAsync();
        return label;
    }

    /// <summary>The same for a node that need not become healthy; first something is changed.</summary>
    public async Task<string> RestartMachineUnwellAsync(Action? change = null)
    {
        string label = await BootAsync();
        change?.Invoke();
        Node.Launch();
        return label;
    }

    private async Task<string> BootAsync()
    {
        if (Node.IsRunning)
            await Node.KillAsync();
        string label = Choose(Disk);
        BootInto(label);
        return label;
    }

    /// <summary>What the boot stage does: chooses a slot of a disk, takes a try off it and gives its label.</summary>
    public static string Choose(string path)
    {
        using RealBlockDevice device = RealBlockDevice.Open(path, BlockAccess.Write);
        SlotDisk disk = new(device);
        disk.Repair();
        SlotChoice next = SlotOrder.Next(new SlotRule().Find(disk.Table))!;
        Assert.That(next.IsLastResort, Is.False, "there is a slot that boots");
        disk.Change(table => SlotOrder.Started(table, next.Slot));
        return next.Slot.Label;
    }

    /// <summary>Priority, tries and successful of a slot.</summary>
    public SlotAttributes Attributes(string label) => AttributesOf(Disk, label);

    /// <summary>The same of any disk.</summary>
    public static SlotAttributes AttributesOf(string path, string label)
    {
        using RealBlockDevice device = RealBlockDevice.Open(path, BlockAccess.Read);
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
        // What a partition's own node has written need not be what the disk's cache holds.
        window.ReadBack(0, found);
        Assert.That(found.AsSpan().SequenceEqual(_image), "a slot that may be booted is complete");
        if (_kernel.Length > 0)
            Assert.That(File.ReadAllBytes(KernelFile('b')).AsSpan().SequenceEqual(_kernel), "and so is its kernel");
    }

    /// <summary>The running slot's kernel is what it was, and under the other's name there is no half one.</summary>
    public void AssertKernels()
    {
        Assert.That(File.ReadAllText(KernelFile('a')), Is.EqualTo("the running kernel"));
        if (!File.Exists(KernelFile('b')))
            return;
        byte[] other = File.ReadAllBytes(KernelFile('b'));
        Assert.That(other.AsSpan().SequenceEqual(_kernel) || other.AsSpan().SequenceEqual("an older kernel"u8));
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

    /// <summary>Waits until the status is so; a patient one also until there is a status.</summary>
    public async Task<JsonElement> UntilAsync(Func<JsonElement, bool> isSo, bool isPatient = false)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            JsonElement status = default;
            try
            {
                status = await StatusAsync();
            }
            catch (HttpRequestException) when (isPatient)
            {
                // It does not serve yet.
            }

            if (status.ValueKind != JsonValueKind.Undefined && isSo(status))
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
        if (_loop is not null)
            await _loop.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>
    /// A payload of major version 1 as CoreOS makes them, with image and kernel, by a key that the machine trusts.
    /// </summary>
    public async Task<string> MakeVersion1Async()
    {
        await RunAsync("key", "new", _folder.File("coreos.key"), "--type", "rsa-2048");
        File.Move(_folder.File("coreos.pub.pem"), _folder.File("keys/coreos.pem"));
        PayloadSigner signer = new([SigningKey.ReadFile(_folder.File("coreos.key"))]);
        using PayloadCodecs codecs = new();
        string file = _folder.File("version1.payload");
        await File.WriteAllBytesAsync(file, Version1Payload.Make(_image, _kernel, signer, codecs));
        return file;
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
        List<string> words =
        [
            "payload", "create", image, "--key", _folder.File("update.key"), "--version", "2.0", "--counter", "2",
            "--board", "test-board", "--verity-root", Convert.ToHexStringLower(s_root), "--verity-offset",
            VerityAt.ToString(CultureInfo.InvariantCulture), "--out", _folder.File("update.payload"),
        ];
        if (_kernel.Length > 0)
        {
            await File.WriteAllBytesAsync(_folder.File("vmlinuz"), _kernel);
            words.AddRange(["--kernel", _folder.File("vmlinuz")]);
        }

        await RunAsync([.. words]);
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
        File.WriteAllBytes(DiskImage, disk.Build());
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
