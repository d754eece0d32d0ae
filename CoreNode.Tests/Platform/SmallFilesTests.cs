using System.Diagnostics;
using System.Runtime.Versioning;
using CoreNode.Platform;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Platform;

[TestFixture, Category("Unit"), SupportedOSPlatform("linux")]
internal sealed class SmallFilesTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private TestFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TestFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void What_is_written_is_read_and_nothing_else_is_left()
    {
        SmallFiles.Write(_folder.File("a"), "hello"u8, OwnerOnly, replaces: false);
        Assert.Multiple(() =>
        {
            Assert.That(SmallFiles.Read(_folder.File("a")), Is.EqualTo("hello"u8.ToArray()));
            Assert.That(File.GetUnixFileMode(_folder.File("a")), Is.EqualTo(OwnerOnly));
            Assert.That(Directory.GetFiles(_folder.Path), Is.EqualTo(new[] { _folder.File("a") }));
        });
    }

    [Test]
    public void A_file_is_replaced_only_if_that_was_said()
    {
        SmallFiles.Write(_folder.File("a"), "one"u8, OwnerOnly, replaces: false);
        Assert.That(
            () => SmallFiles.Write(_folder.File("a"), "two"u8, OwnerOnly, replaces: false),
            Throws.InstanceOf<IOException>().With.Message.EqualTo($"{_folder.File("a")} is there already"));
        Assert.That(File.ReadAllText(_folder.File("a")), Is.EqualTo("one"));
        SmallFiles.Write(_folder.File("a"), "two"u8, OwnerOnly, replaces: true);
        Assert.That(File.ReadAllText(_folder.File("a")), Is.EqualTo("two"));
    }

    [Test]
    public void What_replaces_a_file_keeps_its_permissions_and_a_link_to_it()
    {
        UnixFileMode mode = OwnerOnly | UnixFileMode.GroupRead;
        File.WriteAllText(_folder.File("real"), "one");
        File.SetUnixFileMode(_folder.File("real"), mode);
        File.CreateSymbolicLink(_folder.File("link"), _folder.File("real"));
        SmallFiles.Write(_folder.File("link"), "two"u8, OwnerOnly, replaces: true);
        Assert.Multiple(() =>
        {
            Assert.That(File.ReadAllText(_folder.File("real")), Is.EqualTo("two"));
            Assert.That(File.GetUnixFileMode(_folder.File("real")), Is.EqualTo(mode));
            Assert.That(File.ResolveLinkTarget(_folder.File("link"), true)?.FullName, Is.EqualTo(_folder.File("real")));
        });
    }

    [Test]
    public void What_replaces_a_file_keeps_its_owner()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Ignore("only root may give files away");
        File.WriteAllText(_folder.File("a"), "one");
        using (Process change = Process.Start("chown", ["12:34", _folder.File("a")]))
            change.WaitForExit();
        SmallFiles.Write(_folder.File("a"), "two"u8, OwnerOnly, replaces: true);
        FileStamp? stamp = FileStamp.Of(_folder.File("a"));
        Assert.That((stamp?.Owner, stamp?.Group), Is.EqualTo(((uint?)12, (uint?)34)));
    }

    [Test]
    public void What_cannot_be_read_or_written_is_named()
    {
        string missing = Path.Combine(_folder.File("no"), "a");
        Assert.Multiple(() =>
        {
            Assert.That(
                () => SmallFiles.Read(missing),
                Throws.InstanceOf<IOException>().With.Message.EqualTo($"{missing} does not exist"));
            Assert.That(
                () => SmallFiles.Read(_folder.Path),
                Throws.InstanceOf<IOException>().With.Message.EqualTo($"{_folder.Path} is a folder"));
            Assert.That(
                () => SmallFiles.Write(missing, "a"u8, OwnerOnly, replaces: true),
                Throws.InstanceOf<IOException>().With.Message.Contains($"folder {_folder.File("no")} does not exist"));
        });
    }

    [Test]
    public void Each_way_to_change_a_file_changes_its_stamp()
    {
        string file = _folder.File("a");
        File.WriteAllText(file, "one");
        FileStamp? first = FileStamp.Of(file);
        SmallFiles.Write(file, "two"u8, OwnerOnly, replaces: true);
        FileStamp? renamed = FileStamp.Of(file);
        File.AppendAllText(file, "more");
        FileStamp? longer = FileStamp.Of(file);
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch.AddTicks(12_345_678));
        FileStamp? touched = FileStamp.Of(file);
        Assert.Multiple(() =>
        {
            Assert.That(first, Is.Not.Null);
            Assert.That(renamed?.Inode, Is.Not.EqualTo(first?.Inode));
            Assert.That(longer?.LengthBytes, Is.EqualTo(7));
            Assert.That(touched?.ModifiedNs, Is.EqualTo(1_234_567_800));
            Assert.That(FileStamp.Of(_folder.File("none")), Is.Null);
        });
    }
}
