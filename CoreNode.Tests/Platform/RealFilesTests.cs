using System.Runtime.Versioning;
using CoreNode.Platform;

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
