using System.Diagnostics;
using CoreNode.Tests.EndToEnd;
using CoreNode.Updates.Applying.Worker;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// A full payload of 1 GiB, applied by the native worker and read back past the page cache; beside it the same by hand,
/// one after the other: unpack, dd with fsync, sha256sum. Both with the lowest priorities, which the worker always has.
/// The image is made of the machine's own files below /usr.
/// </summary>
internal static class ApplyRows
{
    private const long ImageBytes = 1L << 30;
    private const long SlotBytes = ImageBytes + (16 << 20);
    private const double MegabytesOfMiB = 1.048576;
    private const string Idle = "ionice -c 3 nice -n 19 ";

    public static Task<IReadOnlyList<Figure>> ZstdAsync(BenchmarkOptions options) =>
        MeasureAsync(options, "zstd", "zstd -q -9 -T0 -f {0} -o {0}.packed", "zstd -q -dc");

    public static Task<IReadOnlyList<Figure>> XzAsync(BenchmarkOptions options) =>
        MeasureAsync(options, "xz", "xz -6 -T0 -k -c {0} > {0}.packed", "xz -dc");

    /// <summary>Does one job of a worker, which must succeed.</summary>
    internal static async Task<(T Line, double Seconds, UpdateWorkerProcess Worker)> WorkAsync<T>(WorkerJob job)
        where T : WorkerLine
    {
        Stopwatch watch = Stopwatch.StartNew();
        using UpdateWorkerProcess worker = UpdateWorkerProcess.Start(job);
        WorkerLine? line = await worker.EndAsync();
        return line is T wanted
            ? (wanted, watch.Elapsed.TotalSeconds, worker)
            : throw new IOException($"the worker's end: {line}");
    }

    private static async Task<IReadOnlyList<Figure>> MeasureAsync(
        BenchmarkOptions options, string packer, string pack, string unpack)
    {
        using TestFolder folder = new();
        string image = folder.File("new.img");
        MakeImage(image);
        string node = TestPrograms.Corenode();
        await Commands.MeasureAsync(node, "key", "new", folder.File("a.key"));
        await Commands.MeasureAsync(
            node, "payload", "create", image, "--key", folder.File("a.key"), "--packer", packer, "--version", "1.4.0");
        await Commands.TimeAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, pack, image));
        List<(double, double)> seconds = [];
        List<(double, double)> shares = [];
        List<(double, double)> memory = [];
        List<(double, double)> hands = [];
        for (int pass = 0; pass < options.Passes; pass++)
        {
            double hand = await ByHandAsync(folder, $"{Idle}{unpack} {image}.packed");
            (double own, double peak) = await ApplyAsync(folder, image + ".payload");
            hands.Add((double.NaN, hand));
            seconds.Add((double.NaN, own));
            shares.Add((double.NaN, own / hand));
            memory.Add((double.NaN, peak / MegabytesOfMiB));
        }

        return
        [
            new Figure($"1 GiB by {packer}, dd and sha256sum", "s", Target.None, hands),
            new Figure($"1 GiB payload ({packer}) applied and read back", "s", Target.None, seconds),
            new Figure("the same: share of the time by hand", "", new Target.AtMost(1), shares),
            new Figure("the same: most memory", "MiB", new Target.AtMost(48), memory),
        ];
    }

    private static async Task<double> ByHandAsync(TestFolder folder, string unpack)
    {
        string disk = folder.File("hand.img");
        await using (FileStream file = new(disk, FileMode.Create))
            file.SetLength(SlotBytes);
        return await Commands.TimeAsync(
            $"{unpack} | {Idle}dd of={disk} bs=1M conv=notrunc,fsync iflag=fullblock status=none && "
            + $"{Idle}head -c {ImageBytes} {disk} | {Idle}sha256sum > {folder.File("hash")}");
    }

    private static async Task<(double Seconds, double PeakMegabytes)> ApplyAsync(TestFolder folder, string payload)
    {
        string disk = folder.File("disk.img");
        UpdateImages.Make(disk, SlotBytes, null);
        WorkerJob job = new()
        {
            Step = WorkerStep.Metadata,
            Url = payload,
            TrustFolder = folder.File("a.pub.pem"),
            Disk = disk,
            Partition = 2,
            SourcePartition = 1,
            Checkpoint = disk + ".checkpoint",
        };
        var (metadata, told, _) = await WorkAsync<WorkerLine.Metadata>(job);
        job = job with { MetadataSha256 = metadata.MetadataSha256 };
        var (_, applied, worker) = await WorkAsync<WorkerLine.Applied>(job with { Step = WorkerStep.Apply });
        var (_, verified, _) = await WorkAsync<WorkerLine.Verified>(job with { Step = WorkerStep.Verify });
        return (told + applied + verified, worker.PeakMegabytes);
    }

    private static void MakeImage(string path)
    {
        using FileStream image = new(path, FileMode.Create, FileAccess.Write);
        EnumerationOptions all = new()
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Device,
        };
        string[] files = Directory.GetFiles("/usr", "*", all);
        Array.Sort(files, StringComparer.Ordinal);
        byte[] piece = new byte[1 << 20];
        foreach (string file in files)
        {
            using FileStream content = File.OpenRead(file);
            for (int count; (count = content.Read(piece)) > 0;)
            {
                image.Write(piece, 0, (int)Math.Min(count, ImageBytes - image.Position));
                if (image.Position == ImageBytes)
                    return;
            }
        }

        image.SetLength(ImageBytes);
    }
}
