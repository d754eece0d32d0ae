using CoreNode.Foundation;
using CoreNode.Platform;
using CoreNode.Tests.Simulation;

namespace CoreNode.Tests.Platform;

/// <summary>What every <see cref="IFiles"/> promises, held against the real and the simulated one.</summary>
[TestFixture("real"), TestFixture("simulated"), Category("Conformance")]
internal sealed class FilesConformanceTests(string which)
{
    private string _root = "";
    private IFiles _files = null!;

    [SetUp]
    public void Make_an_empty_folder()
    {
        _files = which == "real" ? new RealFiles() : new SimulatedFiles(new Prng(1));
        string parent = which == "real" ? Path.GetTempPath() : "/data";
        _root = Path.Combine(parent, $"corenode-files-{Guid.NewGuid():n}");
        _files.CreateFolder(_root);
    }

    [TearDown]
    public void Remove_the_folder()
    {
        if (which == "real")
            Directory.Delete(_root, recursive: true);
    }

    [Test]
    public void What_is_written_is_read_at_the_same_offset()
    {
        using IFile file = _files.Open(PathOf("a"), create: true);
        file.Write(5, "hello"u8);
        file.SyncData();
        file.Sync();
        byte[] buffer = new byte[20];
        int count = file.Read(3, buffer);
        Assert.Multiple(() =>
        {
            Assert.That(file.Length, Is.EqualTo(10));
            Assert.That(file.Path, Is.EqualTo(PathOf("a")));
            Assert.That(count, Is.EqualTo(7));
            Assert.That(buffer[..7], Is.EqualTo("\0\0hello"u8.ToArray()));
            Assert.That(file.Read(10, buffer), Is.Zero);
            Assert.That(file.Read(99, buffer), Is.Zero);
        });
    }

    [Test]
    public void Parts_are_written_one_after_the_other()
    {
        using IFile file = _files.Open(PathOf("a"), create: true);
        List<ReadOnlyMemory<byte>> parts = [new byte[] { 1, 2 }, ReadOnlyMemory<byte>.Empty, new byte[] { 3 }];
        file.Write(1, parts);
        Assert.That(Content(file), Is.EqualTo(new byte[] { 0, 1, 2, 3 }));
    }

    [Test]
    public void An_absent_file_is_opened_only_when_it_may_be_created()
    {
        Assert.That(() => _files.Open(PathOf("a"), create: false), Throws.TypeOf<FileNotFoundException>());
        Assert.That(_files.Exists(PathOf("a")), Is.False);
        _files.Open(PathOf("a"), create: true).Dispose();
        Assert.That(_files.Exists(PathOf("a")), Is.True);
    }

    [Test]
    public void An_existing_file_is_opened_with_its_content()
    {
        using (IFile file = _files.Open(PathOf("a"), create: true))
            file.Write(0, "kept"u8);
        using IFile again = _files.Open(PathOf("a"), create: true);
        Assert.That(Content(again), Is.EqualTo("kept"u8.ToArray()));
    }

    [Test]
    public void Preallocation_adds_zeros_and_keeps_the_content()
    {
        using IFile file = _files.Open(PathOf("a"), create: true);
        file.Write(0, "kept"u8);
        file.Preallocate(3_000_000);
        byte[] content = Content(file);
        Assert.Multiple(() =>
        {
            Assert.That(content, Has.Length.EqualTo(3_000_000));
            Assert.That(content.AsSpan(0, 4).SequenceEqual("kept"u8), Is.True);
            Assert.That(content.AsSpan(4).IndexOfAnyExcept((byte)0), Is.EqualTo(-1));
        });
        file.Preallocate(10);
        Assert.That(file.Length, Is.EqualTo(3_000_000), "preallocation never cuts");
    }

    [Test]
    public void Reserved_room_changes_neither_length_nor_content()
    {
        using IFile file = _files.Open(PathOf("a"), create: true);
        file.Write(0, "kept"u8);
        file.Reserve(3_000_000);
        file.Reserve(2);
        Assert.That(Content(file), Is.EqualTo("kept"u8.ToArray()));
        file.Write(4, " on"u8);
        file.SetLength(6);
        Assert.That(Content(file), Is.EqualTo("kept o"u8.ToArray()));
    }

    [Test]
    public void A_cut_file_shows_zeros_when_it_is_extended_again()
    {
        using IFile file = _files.Open(PathOf("a"), create: true);
        file.Write(0, "abcdef"u8);
        file.SetLength(2);
        file.SetLength(4);
        Assert.That(Content(file), Is.EqualTo("ab\0\0"u8.ToArray()));
    }

    [Test]
    public void Names_are_listed_in_byte_order_and_only_of_that_folder()
    {
        foreach (string name in new[] { "b", "B", "a2", "a10" })
            _files.Open(PathOf(name), create: true).Dispose();
        _files.CreateFolder(PathOf("sub/deeper"));
        _files.Open(PathOf("sub/x"), create: true).Dispose();
        Assert.Multiple(() =>
        {
            Assert.That(_files.List(_root), Is.EqualTo(new[] { "B", "a10", "a2", "b" }));
            Assert.That(_files.List(PathOf("sub")), Is.EqualTo(new[] { "x" }));
            Assert.That(_files.List(PathOf("absent")), Is.Empty);
        });
    }

    [Test]
    public void A_rename_replaces_what_bears_the_name_and_open_handles_follow_the_file()
    {
        using IFile old = _files.Open(PathOf("target"), create: true);
        old.Write(0, "old"u8);
        using IFile file = _files.Open(PathOf("source"), create: true);
        file.Write(0, "new"u8);
        _files.Rename(PathOf("source"), PathOf("target"));
        _files.SyncFolder(_root);
        file.Write(3, "er"u8);
        using IFile seen = _files.Open(PathOf("target"), create: false);
        Assert.Multiple(() =>
        {
            Assert.That(_files.List(_root), Is.EqualTo(new[] { "target" }));
            Assert.That(Content(seen), Is.EqualTo("newer"u8.ToArray()));
            Assert.That(Content(old), Is.EqualTo("old"u8.ToArray()));
        });
    }

    [Test]
    public void Renaming_what_is_absent_fails()
    {
        Assert.That(() => _files.Rename(PathOf("a"), PathOf("b")), Throws.TypeOf<FileNotFoundException>());
    }

    [Test]
    public void Deleting_removes_a_name_and_an_absent_one_is_no_error()
    {
        using IFile file = _files.Open(PathOf("a"), create: true);
        _files.Delete(PathOf("a"));
        _files.Delete(PathOf("a"));
        file.Write(0, "still"u8);
        Assert.That(_files.Exists(PathOf("a")), Is.False);
        Assert.That(Content(file), Is.EqualTo("still"u8.ToArray()));
    }

    [Test]
    public void A_lock_is_held_once_until_it_is_given_back()
    {
        IDisposable? first = _files.TryLock(PathOf("lock"));
        Assert.That(first, Is.Not.Null);
        Assert.That(_files.TryLock(PathOf("lock")), Is.Null);
        first!.Dispose();
        using IDisposable? again = _files.TryLock(PathOf("lock"));
        Assert.That(again, Is.Not.Null);
    }

    private static byte[] Content(IFile file)
    {
        byte[] content = new byte[(int)file.Length];
        Assert.That(file.Read(0, content), Is.EqualTo(content.Length));
        return content;
    }

    private string PathOf(string name) => Path.Combine(_root, name);
}
