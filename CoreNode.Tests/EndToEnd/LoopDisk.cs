using System.Globalization;

namespace CoreNode.Tests.EndToEnd;

/// <summary>
/// A disk of the kernel made of an image file, with the nodes of its partitions if there are any. Needs root and loop
/// devices; gone when it is disposed of.
/// </summary>
internal sealed class LoopDisk : IAsyncDisposable
{
    private const int SectorBytes = 512;

    // Of /sys/block/…/stat (kernel documentation, block/stat.rst), from 0 on; always in sectors of 512 bytes.
    private const int SectorsWritten = 6;

    private readonly string _name;
    private readonly long _before;

    private LoopDisk(string path)
    {
        Path = path;
        _name = path["/dev/".Length..];
        _before = Count();
    }

    /// <summary>Its node below /dev.</summary>
    public string Path { get; }

    /// <summary>Attaches an image; skips the test, and says why, where that cannot be done.</summary>
    /// <param name="image">The file.</param>
    /// <param name="sectorBytes">How long its sectors are.</param>
    /// <param name="partitions">The highest number of a partition that must have a node; 0: none needs one.</param>
    public static async Task<LoopDisk> AttachAsync(string image, int sectorBytes = SectorBytes, int partitions = 0)
    {
        (LoopDisk? made, string problem) = await TryAttachAsync(image, sectorBytes, partitions);
        if (made is null)
            Assert.Ignore(problem);
        return made!;
    }

    /// <summary>The same; where it cannot be done, there is none, and why.</summary>
    public static async Task<(LoopDisk? Made, string Problem)> TryAttachAsync(
        string image, int sectorBytes, int partitions)
    {
        if (!Environment.IsPrivilegedProcess)
            return (null, "only root can make a loop device");
        string size = sectorBytes.ToString(CultureInfo.InvariantCulture);
        ProgramResult made = await ProgramResult.OfAsync(
            TestPrograms.Losetup(), ["--find", "--show", "--partscan", "--sector-size", size, image]);
        if (made.ExitCode != 0)
            return (null, $"no loop device can be made here: {made.Error.Trim()}");
        LoopDisk disk = new(made.Output.Trim());
        if (partitions == 0 || File.Exists(disk.Partition(partitions)))
            return (disk, "");
        // A kernel that does not read GPTs itself is told.
        ProgramResult told = await ProgramResult.OfAsync(TestPrograms.Partx(), ["--add", disk.Path]);
        if (File.Exists(disk.Partition(partitions)))
            return (disk, "");
        await disk.DisposeAsync();
        return (null, $"a loop device has no partitions here: {told.Error.Trim()}");
    }

    /// <summary>The node of one of its partitions.</summary>
    public string Partition(int number) => string.Create(CultureInfo.InvariantCulture, $"{Path}p{number}");

    /// <summary>What has been written to it since it was attached, as the disk itself counts it.</summary>
    public long WrittenBytes() => Count() - _before;

    public async ValueTask DisposeAsync()
    {
        if (Directory.GetDirectories($"/sys/block/{_name}", $"{_name}p*").Length > 0)
            await ProgramResult.OfAsync(TestPrograms.Partx(), ["--delete", Path]);
        await ProgramResult.OfAsync(TestPrograms.Losetup(), ["--detach", Path]);
    }

    // A device's counter goes on from whatever image it had before.
    private long Count()
    {
        string[] fields = File.ReadAllText($"/sys/block/{_name}/stat")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return long.Parse(fields[SectorsWritten], CultureInfo.InvariantCulture) * SectorBytes;
    }
}
