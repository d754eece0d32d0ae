using CoreNode.Tests.EndToEnd;
using CoreNode.Updates.Applying.Worker;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// A kernel point release: plain erofs images of two Debian kernel packages, which packaging/bench.sh makes
/// (CORENODE_BENCH_IMAGES names the folder with old.img and new.img). Beside it zstd over the whole image.
/// </summary>
internal static class PayloadRows
{
    private const string ImagesVariable = "CORENODE_BENCH_IMAGES";
    private const double MegabytesOfMiB = 1.048576;
    private const int BlockBytes = 4096;
    private const int DriftBytes = 20 << 20;

    public static async Task<IReadOnlyList<Figure>> CreateAsync(BenchmarkOptions options)
    {
        using TestFolder folder = new();
        (string old, string image) = Images();
        await KeyAsync(folder);
        List<(double, double)> own = [];
        List<(double, double)> peak = [];
        List<(double, double)> theirs = [];
        List<(double, double)> theirPeak = [];
        for (int pass = 0; pass < options.Passes; pass++)
        {
            var (patching, patchPeak) = await PatchAsync(old, image, folder.File("patch"));
            var (making, makePeak) = await MakeAsync(folder, old, image);
            theirs.Add((double.NaN, patching));
            theirPeak.Add((double.NaN, patchPeak / MegabytesOfMiB));
            own.Add((double.NaN, making));
            peak.Add((double.NaN, makePeak / MegabytesOfMiB));
        }

        return
        [
            new Figure("kernel point release, zstd -9 --patch-from", "s", Target.None, theirs),
            new Figure("the same: most memory", "MiB", Target.None, theirPeak),
            new Figure("kernel point release, payload made", "s", new Target.AtMost(30), own),
            new Figure("the same: most memory", "MiB", new Target.AtMost(512), peak),
        ];
    }

    public static async Task<IReadOnlyList<Figure>> BytesAsync(BenchmarkOptions options)
    {
        using TestFolder folder = new();
        (string old, string image) = Images();
        await KeyAsync(folder);
        List<Figure> figures = [.. await SizesAsync(folder, old, image, "kernel point release")];
        figures.AddRange(await WrittenAsync(folder, old, image));
        string drifted = folder.File("drifted.img");
        await Commands.TimeAsync($"{{ head -c {DriftBytes} /dev/urandom; cat {image}; }} > {drifted}");
        figures.AddRange(await SizesAsync(folder, old, drifted, "the same, 20 MiB put before it"));
        return figures;
    }

    private static async Task<Figure[]> SizesAsync(TestFolder folder, string old, string image, string name)
    {
        await PatchAsync(old, image, folder.File("patch"));
        await MakeAsync(folder, old, image);
        double patch = new FileInfo(folder.File("patch")).Length / 1e6;
        double payload = new FileInfo(folder.File("payload")).Length / 1e6;
        return
        [
            new Figure($"{name}: zstd -9 --patch-from", "MB", Target.None, [(double.NaN, patch)]),
            new Figure($"{name}: payload", "MB", new Target.AtMost(patch), [(double.NaN, payload)]),
        ];
    }

    // The slot holds the old version, too. The worker's own count and the disk's are compared with the blocks that
    // differ. What the kernel counts of a process is only shown: it counts whole folios of its cache, of 4 KiB written
    // to every 64 of a file all 64.
    private static async Task<List<Figure>> WrittenAsync(TestFolder folder, string old, string image)
    {
        long slotBytes = (new FileInfo(image).Length + (32 << 20)) / (1 << 20) * (1 << 20);
        string disk = folder.File("disk.img");
        UpdateImages.Make(disk, slotBytes, old);
        await using (FileStream file = new(disk, FileMode.Open))
        await using (FileStream content = File.OpenRead(old))
        {
            file.Position = UpdateImages.OffsetOf(2, slotBytes);
            await content.CopyToAsync(file);
            file.Flush(flushToDisk: true);
        }

        (LoopDisk? loop, string problem) = await LoopDisk.TryAttachAsync(disk, sectorBytes: 512, partitions: 2);
        if (loop is null)
            TestContext.Out.WriteLine($"no disk that counts: {problem}");
        await using LoopDisk? detached = loop;
        WorkerJob job = new()
        {
            Step = WorkerStep.Metadata,
            Url = folder.File("payload"),
            TrustFolder = folder.File("a.pub.pem"),
            Disk = loop?.Path ?? disk,
            Partition = 2,
            SourcePartition = 1,
            Checkpoint = disk + ".checkpoint",
        };
        var (metadata, _, _) = await ApplyRows.WorkAsync<WorkerLine.Metadata>(job);
        job = job with { Step = WorkerStep.Apply, MetadataSha256 = metadata.MetadataSha256 };
        var (applied, _, worker) = await ApplyRows.WorkAsync<WorkerLine.Applied>(job);
        await ApplyRows.WorkAsync<WorkerLine.Verified>(job with { Step = WorkerStep.Verify });
        double changed = (double)ChangedBlocks(old, image) * BlockBytes / 100;
        Figure Share(string name, Target target, double bytes) =>
            new($"the same: {name}", "%", target, [(double.NaN, bytes / changed)]);
        List<Figure> figures =
        [
            Share("written to the slot, of the blocks that changed", new Target.AtMost(105), applied.BytesWritten),
            Share("by the kernel's count of dirty folios", Target.None, worker.WrittenBytes),
        ];
        if (loop is not null)
            figures.Insert(1, Share("by the disk's own counter", new Target.AtMost(105), loop.WrittenBytes()));
        return figures;
    }

    private static int ChangedBlocks(string old, string image)
    {
        using FileStream one = File.OpenRead(old);
        using FileStream other = File.OpenRead(image);
        byte[] before = new byte[1 << 20];
        byte[] after = new byte[1 << 20];
        int changed = 0;
        for (int count; (count = other.ReadAtLeast(after, after.Length, throwOnEndOfStream: false)) > 0;)
        {
            Array.Clear(before);
            one.ReadAtLeast(before, before.Length, throwOnEndOfStream: false);
            for (int at = 0; at < count; at += BlockBytes)
                changed += after.AsSpan(at, BlockBytes).SequenceEqual(before.AsSpan(at, BlockBytes)) ? 0 : 1;
        }

        return changed;
    }

    private static Task<(double Seconds, double PeakMegabytes)> PatchAsync(string old, string image, string output) =>
        Commands.MeasureAsync(
            TestPrograms.Zstd(), "-q", "-9", "--long=29", "-T1", "-f", "--patch-from", old, image, "-o", output);

    private static Task<(double Seconds, double PeakMegabytes)> MakeAsync(
        TestFolder folder, string old, string image) => Commands.MeasureAsync(
            TestPrograms.Corenode(), "payload", "create", image, "--from", old, "--key", folder.File("a.key"),
            "--version", "1.4.1", "--out", folder.File("payload"), "--force");

    private static Task KeyAsync(TestFolder folder) =>
        Commands.MeasureAsync(TestPrograms.Corenode(), "key", "new", folder.File("a.key"));

    private static (string Old, string New) Images()
    {
        string folder = Environment.GetEnvironmentVariable(ImagesVariable) is { Length: > 0 } named
            ? named
            : throw new IOException($"{ImagesVariable} does not say where old.img and new.img are");
        return (Path.Combine(folder, "old.img"), Path.Combine(folder, "new.img"));
    }
}
