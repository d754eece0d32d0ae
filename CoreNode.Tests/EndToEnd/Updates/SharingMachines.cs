using System.Globalization;
using CoreNode.Foundation;
using CoreNode.Tests.Platform.Codecs;

namespace CoreNode.Tests.EndToEnd.Updates;

/// <summary>
/// Machines with image files for disks, and one server with one payload for all of them, that cannot be packed: it is
/// as large as what it writes. What they run on is the test's.
/// </summary>
internal sealed class SharingMachines : IAsyncDisposable
{
    private const int BlockBytes = 4096;

    private readonly TestFolder _folder = new();
    private readonly long _slotBytes;

    private SharingMachines(int payloadBytes)
    {
        ImageBytes = payloadBytes / BlockBytes * BlockBytes;
        _slotBytes = ImageBytes + (2 << 20);
        _slotBytes -= _slotBytes % (1 << 20);
    }

    public int ImageBytes { get; }

    /// <summary>Further flags of one machine's node, by its number.</summary>
    public Func<int, IReadOnlyList<string>> More { get; set; } = static _ => [];

    public UpdateServerStub Server { get; private set; } = null!;

    /// <summary>Bytes of the payload.</summary>
    public long PayloadBytes { get; private set; }

    public static async Task<SharingMachines> MakeAsync(int payloadBytes)
    {
        SharingMachines machines = new(payloadBytes);
        await machines.MakePayloadAsync();
        return machines;
    }

    /// <summary>Makes a machine's disk; gives what its node is started with.</summary>
    /// <param name="number">From 0 on.</param>
    public IReadOnlyList<string> Add(int number)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"machine{number}");
        string root = _folder.File(name);
        string[] folders = ["proc/sys/kernel/random", "usr/share/coreos", "health.d"];
        foreach (string one in folders)
            Directory.CreateDirectory(Path.Combine(root, one));
        File.WriteAllText(Path.Combine(root, "proc/cmdline"), "quiet corenode.slot=PARTLABEL=USR-A\n");
        File.WriteAllText(Path.Combine(root, "proc/sys/kernel/random/boot_id"), name + "-boot\n");
        File.WriteAllText(
            Path.Combine(root, "usr/share/coreos/release"),
            "COREOS_RELEASE_VERSION=1.0\nCOREOS_RELEASE_BOARD=test-board\n");
        string disk = Path.Combine(root, "disk.img");
        UpdateImages.Make(disk, _slotBytes, null);
        return
        [
            "--machine-id", number.ToString("x32", CultureInfo.InvariantCulture), "--update-disk", disk,
            "--update-root", root, "--update-keys", _folder.File("keys"), "--update-health",
            Path.Combine(root, "health.d"), "--update-server", Server.Url, "--unit-manager", "embedded",
            .. More(number),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        if (Server is not null)
            await Server.DisposeAsync();
        _folder.Dispose();
    }

    private async Task MakePayloadAsync()
    {
        string image = _folder.File("new.img");
        await File.WriteAllBytesAsync(image, CodecSample.Noise(ImageBytes, new Prng(51)));
        Directory.CreateDirectory(_folder.File("keys"));
        await RunAsync("key", "new", _folder.File("update.key"), "--type", "ecdsa-p256");
        File.Move(_folder.File("update.pub.pem"), _folder.File("keys/update.pem"));
        await RunAsync(
            "payload", "create", image, "--key", _folder.File("update.key"), "--version", "2.0", "--counter", "2",
            "--board", "test-board", "--out", _folder.File("update.payload"));
        byte[] payload = await File.ReadAllBytesAsync(_folder.File("update.payload"));
        PayloadBytes = payload.Length;
        Server = new UpdateServerStub("2.0", payload);
        File.Delete(image);
        File.Delete(_folder.File("update.payload"));
    }

    private static async Task RunAsync(params string[] arguments)
    {
        ProgramResult result = await ProgramResult.OfAsync(TestPrograms.Corenode(), arguments);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
    }
}
