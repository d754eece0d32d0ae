using System.Globalization;
using System.Text;
using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Foundation;
using CoreNode.Platform.Blocks;
using CoreNode.Tests.Platform.Codecs;
using CoreNode.Tests.Updates.Client;
using CoreNode.Updates.Applying.Worker;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.EndToEnd;

/// <summary>The native worker applies what a server serves to an image file, whatever happens to it.</summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
internal sealed class UpdateWorkerTests
{
    private const int MiB = 1 << 20;
    private const long SlotBytes = 40L * MiB;

    private TestFolder _folder = null!;
    private byte[] _new = [];
    private byte[] _payload = [];

    [OneTimeSetUp]
    public async Task MakePayload()
    {
        _folder = new TestFolder();
        byte[] old = CodecSample.Make(32 * MiB);
        _new = CodecSample.Change(old, 3)[..(31 * MiB)];
        await File.WriteAllBytesAsync(_folder.File("old.img"), old);
        await File.WriteAllBytesAsync(_folder.File("new.img"), _new);
        await CommandAsync("key", "new", _folder.File("a.key"));
        await CommandAsync(
            "payload", "create", _folder.File("new.img"), "--key", _folder.File("a.key"), "--version", "1.4.0");
        _payload = await File.ReadAllBytesAsync(_folder.File("new.img.payload"));
    }

    [OneTimeTearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task A_served_update_is_killed_again_and_again_and_ends_as_if_it_had_not_been()
    {
        const int Kills = 6;
        await using RawServer server = new(ServeAsync);
        string disk = _folder.File("killed.img");
        UpdateImages.Make(disk, SlotBytes, _folder.File("old.img"));
        WorkerJob job = Job(disk, server.At("/p").ToString());
        WorkerLine.Metadata metadata = (WorkerLine.Metadata)(await UpdateWorkerProcess.RunAsync(job))!;
        Assert.That(metadata.Version, Is.EqualTo("1.4.0"));
        Assert.That(metadata.Size, Is.EqualTo(_payload.Length));
        WorkerJob apply = job with
        {
            Step = WorkerStep.Apply,
            MetadataSha256 = metadata.MetadataSha256,
            IsResumed = true,
            BytesPerSecond = 10_000_000,
        };
        Prng chance = new(3);
        for (int kill = 0; kill < Kills; kill++)
            await KillAsync(apply, metadata.Size * (kill + chance.Next(100) / 100.0) / (Kills + 2));

        WorkerLine? applied = await UpdateWorkerProcess.RunAsync(apply with { BytesPerSecond = 0 });
        Assert.That(applied, Is.InstanceOf<WorkerLine.Applied>(), applied?.ToString());
        Assert.That(((WorkerLine.Applied)applied!).BytesFetched, Is.LessThan(_payload.Length * 3 / 4));
        WorkerLine? verified = await UpdateWorkerProcess.RunAsync(apply with { Step = WorkerStep.Verify });
        Assert.That(verified, Is.InstanceOf<WorkerLine.Verified>(), verified?.ToString());
        await CheckAsync(disk);
        Assert.That(UpdateImages.Next(disk), Is.EqualTo(1), "who applies marks nothing");
    }

    [Test]
    public async Task A_worker_pauses_goes_on_and_stops_when_its_parent_goes()
    {
        await using RawServer server = new(ServeAsync);
        string disk = _folder.File("paused.img");
        UpdateImages.Make(disk, SlotBytes, null);
        WorkerJob job = Job(disk, server.At("/p").ToString());
        WorkerLine.Metadata metadata = (WorkerLine.Metadata)(await UpdateWorkerProcess.RunAsync(job))!;
        WorkerJob apply = job with
        {
            Step = WorkerStep.Apply,
            MetadataSha256 = metadata.MetadataSha256,
            BytesPerSecond = 4_000_000,
        };
        using UpdateWorkerProcess worker = UpdateWorkerProcess.Start(apply);
        while (await worker.NextAsync() is WorkerLine.Progress { Done: < 1 * MiB })
        {
        }

        worker.Order(new WorkerOrder.Pause());
        worker.Order(new WorkerOrder.Go());
        worker.Order(new WorkerOrder.Rate(8_000_000));
        Assert.That(await worker.NextAsync(), Is.InstanceOf<WorkerLine.Progress>());
        worker.CloseInput();
        Assert.That(await worker.EndAsync(), Is.EqualTo(new WorkerLine.Stopped()));
        Assert.That(UpdateImages.Next(disk), Is.EqualTo(1));
    }

    [Test]
    public async Task A_slot_that_may_boot_and_a_folder_without_keys_end_in_their_codes()
    {
        string disk = _folder.File("marked.img");
        UpdateImages.Make(disk, SlotBytes, null);
        string url = _folder.File("new.img.payload");
        WorkerJob job = Job(disk, url);
        WorkerLine.Metadata metadata = (WorkerLine.Metadata)(await UpdateWorkerProcess.RunAsync(job))!;
        WorkerJob apply = job with { Step = WorkerStep.Apply, MetadataSha256 = metadata.MetadataSha256 };
        await ExpectAsync(UpdateError.PayloadPubKeyVerification, apply with { TrustFolder = _folder.File("none") });
        await ExpectAsync(UpdateError.DownloadTransfer, apply with { Url = _folder.File("none") });
        await ExpectAsync(UpdateError.PayloadSizeMismatch, apply with { Size = 5 });
        using (RealBlockDevice device = RealBlockDevice.Open(disk, BlockAccess.Write))
            new SlotDisk(device).Change(table => SlotOrder.MarkForTrial(table, new SlotRule(), 2, 1));
        await ExpectAsync(UpdateError.InstallDeviceOpen, apply);
    }

    private static async Task KillAsync(WorkerJob job, double at)
    {
        using UpdateWorkerProcess worker = UpdateWorkerProcess.Start(job);
        while (await worker.NextAsync() is { } line)
        {
            Assert.That(line, Is.InstanceOf<WorkerLine.Progress>(), line.ToString());
            if (((WorkerLine.Progress)line).Done < at)
                continue;
            worker.Kill();
            break;
        }

        Assert.That(worker.PeakMegabytes, Is.LessThan(48 * 1.048576), "memory");
    }

    private static async Task ExpectAsync(UpdateError code, WorkerJob job)
    {
        WorkerLine? line = await UpdateWorkerProcess.RunAsync(job);
        Assert.That((line as WorkerLine.Failed)?.Code, Is.EqualTo((int)code), line?.ToString());
    }

    private WorkerJob Job(string disk, string url) => new()
    {
        Step = WorkerStep.Metadata,
        Url = url,
        TrustFolder = _folder.File("a.pub.pem"),
        Disk = disk,
        Partition = 2,
        SourcePartition = 1,
        Checkpoint = disk + ".checkpoint",
    };

    private async Task CheckAsync(string disk)
    {
        byte[] image = await File.ReadAllBytesAsync(disk);
        int start = (int)UpdateImages.OffsetOf(2, SlotBytes);
        Assert.That(image.AsSpan(start, _new.Length).SequenceEqual(_new), Is.True);
        Assert.That(image.AsSpan(start + _new.Length, MiB).ContainsAnyExcept((byte)0), Is.False);
        byte[] old = await File.ReadAllBytesAsync(_folder.File("old.img"));
        int running = (int)UpdateImages.OffsetOf(1, SlotBytes);
        Assert.That(image.AsSpan(running, old.Length).SequenceEqual(old), Is.True);
    }

    private async Task ServeAsync(RawRequest request, Stream stream, CancellationToken stop)
    {
        string range = request.Header("Range");
        int from = range.Length == 0
            ? 0
            : int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
        string head = range.Length == 0
            ? "HTTP/1.1 200 OK\r\n"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"HTTP/1.1 206 P\r\nContent-Range: bytes {from}-{_payload.Length - 1}/{_payload.Length}\r\n");
        head += string.Create(CultureInfo.InvariantCulture, $"Content-Length: {_payload.Length - from}\r\n\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), stop);
        await stream.WriteAsync(_payload.AsMemory(from), stop);
    }

    private static async Task CommandAsync(params string[] args)
    {
        ProgramResult result = await ProgramResult.OfAsync(TestPrograms.Corenode(), args);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
    }
}
