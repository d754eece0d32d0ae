using System.Globalization;
using System.Runtime.Versioning;
using CoreNode.Platform;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Platform;

[TestFixture, Category("Fault"), SupportedOSPlatform("linux")]
internal sealed class RealFilesTests
{
    private readonly RealFiles _files = new();

    // A device of Linux that takes no byte.
    private const string FullDevice = "/dev/full";

    [Test]
    public void No_space_left_is_a_full_disk()
    {
        using IFile file = _files.Open(FullDevice, create: false);
        Assert.That(() => file.Write(0, "x"u8), Throws.TypeOf<DiskFullException>());
    }

    [Test]
    public void A_file_that_cannot_be_synced_takes_nothing_more()
    {
        // A device without storage refuses fsync (EINVAL), as good a failure as any.
        using IFile file = _files.Open("/dev/null", create: false);
        file.Write(0, "x"u8);
        Assert.That(file.SyncData, Throws.TypeOf<IOException>().With.Message.Contains("fdatasync failed"));
        Assert.Multiple(() =>
        {
            Assert.That(() => file.Write(0, "x"u8), Throws.TypeOf<IOException>().With.Message.Contains("refused"));
            Assert.That(file.Sync, Throws.TypeOf<IOException>().With.Message.Contains("refused"));
        });
    }

    [Test]
    public async Task Reserved_room_is_taken_from_the_disk_and_a_cut_gives_it_back()
    {
        string path = Path.Combine(Path.GetTempPath(), $"corenode-room-{Guid.NewGuid():n}");
        try
        {
            using IFile file = _files.Open(path, create: true);
            file.Write(0, new byte[10_000]);
            file.Reserve(8 << 20);
            long reserved = await RoomAsync(path);
            if (reserved < 1 << 20)
                Assert.Ignore("the file system of temporary files cannot reserve room");
            Assert.That((file.Length, reserved >= 8 << 20), Is.EqualTo((10_000L, true)));
            file.SetLength(5000);
            Assert.That(await RoomAsync(path), Is.LessThan(1 << 20));
        }
        finally
        {
            File.Delete(path);
        }
    }

    // In blocks of 512 bytes, whatever the file system has (stat(2)).
    private static async Task<long> RoomAsync(string path)
    {
        ProgramResult told = await ProgramResult.OfAsync("stat", ["--format=%b", path]);
        return 512 * long.Parse(told.Output.Trim(), CultureInfo.InvariantCulture);
    }

    [Test]
    public void Files_and_folders_are_for_their_owner_only()
    {
        string folder = Path.Combine(Path.GetTempPath(), $"corenode-mode-{Guid.NewGuid():n}");
        try
        {
            _files.CreateFolder(Path.Combine(folder, "deeper"));
            _files.Open(Path.Combine(folder, "file"), create: true).Dispose();
            Assert.Multiple(() =>
            {
                const UnixFileMode ReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;
                Assert.That(File.GetUnixFileMode(Path.Combine(folder, "file")), Is.EqualTo(ReadWrite));
                Assert.That(File.GetUnixFileMode(folder), Is.EqualTo(ReadWrite | UnixFileMode.UserExecute));
            });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void What_cannot_be_opened_is_named_with_the_reason()
    {
        Assert.That(
            () => _files.Open("/proc/corenode", create: true),
            Throws.InstanceOf<IOException>().With.Message.Contains("/proc/corenode"));
    }
}
