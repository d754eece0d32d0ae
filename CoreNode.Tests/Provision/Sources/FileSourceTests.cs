using CoreNode.Provision.Model;
using CoreNode.Provision.Sources;

namespace CoreNode.Tests.Provision.Sources;

/// <summary>Files and folders as sources.</summary>
[TestFixture, Category("Unit")]
internal sealed class FileSourceTests
{
    private string _root = "";

    [SetUp]
    public void Begin() => _root = Directory.CreateTempSubdirectory("corenode-files-").FullName;

    [TearDown]
    public void End() => Directory.Delete(_root, recursive: true);

    [Test]
    public async Task A_file_is_read()
    {
        string path = Write("a", "#cloud-config\n");
        UserData data = (await new FileSource($"file {path}", [path]).FetchAsync(default))!;
        Assert.That(FakeCloud.Text(data.Content), Is.EqualTo("#cloud-config\n"));
        Assert.That(data.Source, Is.EqualTo($"file {path}"));
    }

    [Test]
    public async Task The_first_of_several_counts()
    {
        string second = Write("b", "2");
        FileSource source = new("OEM", [Path.Join(_root, "a"), second, Write("c", "3")]) { IsOem = true };
        UserData data = (await source.FetchAsync(default))!;
        Assert.That(FakeCloud.Text(data.Content), Is.EqualTo("2"));
        Assert.That(data.Source, Is.EqualTo($"OEM ({second})"));
        Assert.That(data.IsOem, Is.True);
    }

    [Test]
    public async Task A_file_that_is_missing_is_a_failure_or_nothing()
    {
        string path = Path.Join(_root, "no", "such");
        SourceException failed = (await Assert.ThrowsAsync<SourceException>(
            () => new FileSource("file", [path]).FetchAsync(default)))!;
        Assert.That(failed.IsFinal, Is.True);
        Assert.That(await new FileSource("file", [path]) { IsOptional = true }.FetchAsync(default), Is.Null);
    }

    [Test]
    public async Task An_empty_file_is_nothing() =>
        Assert.That(await new FileSource("file", [Write("a", "")]).FetchAsync(default), Is.Null);

    [Test]
    public async Task A_file_without_end_is_not_read_for_ever() =>
        Assert.That(
            (await Assert.ThrowsAsync<SourceException>(
                () => new FileSource("file", ["/dev/zero"]).FetchAsync(default)))!.Message,
            Does.Contain("has more than 4194304 bytes"));

    [Test]
    public async Task A_folder_in_place_of_a_file_is_named() =>
        Assert.That(
            (await Assert.ThrowsAsync<SourceException>(
                () => new FileSource("file", [_root]).FetchAsync(default)))!.Message,
            Does.Contain("is a folder"));

    [TestCase("user_data")]
    [TestCase("user-data")]
    [TestCase("cloud-config.yml")]
    [TestCase("cloud-config.yaml")]
    [TestCase("config.ign")]
    public async Task A_folder_has_user_data_by_one_of_these_names(string name)
    {
        Write(name, "u");
        Write("meta_data.json", """{"hostname": "box"}""");
        UserData data = (await new FolderSource(_root).FetchAsync(default))!;
        Assert.That(FakeCloud.Text(data.Content), Is.EqualTo("u"));
        Assert.That(data.Source, Is.EqualTo(Path.Join(_root, name)));
        Assert.That(data.Hostname, Is.EqualTo("box"));
    }

    [Test]
    public async Task A_folder_laid_out_as_a_config_drive_is_one()
    {
        Write("openstack/latest/user_data", "u");
        Write("user_data", "not this");
        Assert.That(FakeCloud.Text((await new FolderSource(_root).FetchAsync(default))!.Content), Is.EqualTo("u"));
    }

    [Test]
    public async Task A_folder_with_none_of_them_has_nothing_and_one_that_is_missing_is_a_failure()
    {
        Assert.That(await new FolderSource(_root).FetchAsync(default), Is.Null);
        SourceException failed = (await Assert.ThrowsAsync<SourceException>(
            () => new FolderSource(Path.Join(_root, "no")).FetchAsync(default)))!;
        Assert.That(failed.Message, Does.Contain("is no folder"));
    }

    private string Write(string name, string content)
    {
        string path = Path.Join(_root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }
}
