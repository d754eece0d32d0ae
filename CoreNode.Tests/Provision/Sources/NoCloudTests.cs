using System.Text;
using CoreNode.Foundation;
using CoreNode.Provision.Model;
using CoreNode.Provision.Sources;
using CoreNode.Provision.Sources.Drives;
using CoreNode.Tests.Updates.Client;

namespace CoreNode.Tests.Provision.Sources;

/// <summary>NoCloud: its two files, on servers and in folders, and what is no such file.</summary>
[TestFixture, Category("Unit")]
internal sealed class NoCloudTests
{
    private const string Key = "ssh-ed25519 AAAAC3Nz me@example";

    [TestCase("/seed")]
    [TestCase("/seed/")]
    public async Task A_server_is_asked_for_both_files_below_the_seed(string path)
    {
        await using FakeCloud cloud = new();
        cloud.Paths["/seed/meta-data"] = $"instance-id: i-1\nlocal-hostname: web-1\npublic-keys:\n  - {Key}\n";
        cloud.Paths["/seed/user-data"] = "#cloud-config\n";
        UserData data = (await Seed(cloud, path).FetchAsync(default))!;
        Assert.That(FakeCloud.Text(data.Content), Is.EqualTo("#cloud-config\n"));
        Assert.That((data.Hostname, data.SshKeys), Is.EqualTo(("web-1", new[] { Key })));
        Assert.That(cloud.Asked, Is.EqualTo(new[] { "GET /seed/meta-data", "GET /seed/user-data" }));
    }

    [Test]
    public async Task Its_query_goes_with_both_and_is_not_shown()
    {
        await using FakeCloud cloud = new();
        cloud.Paths["/s/user-data?t=hunter2"] = "#!/bin/sh\n";
        NoCloudSource source = Seed(cloud, "/s/?t=hunter2");
        UserData data = (await source.FetchAsync(default))!;
        Assert.That(FakeCloud.Text(data.Content), Is.EqualTo("#!/bin/sh\n"));
        Assert.That(source.Name + data.Source, Does.Not.Contain("hunter2"));
        Assert.That(cloud.Asked[0], Is.EqualTo("GET /s/meta-data?t=hunter2"));
    }

    [Test]
    public async Task A_name_in_the_kernels_argument_counts_more()
    {
        await using FakeCloud cloud = new();
        cloud.Paths["/meta-data"] = "local-hostname: web-1";
        Assert.That((await Seed(cloud, "/", "web-2").FetchAsync(default))!.Hostname, Is.EqualTo("web-2"));
    }

    [Test]
    public async Task A_server_with_neither_is_a_mistake_and_one_in_trouble_is_asked_again()
    {
        await using FakeCloud cloud = new();
        SourceException failed = await FailureAsync(cloud);
        Assert.That(failed.IsFinal, Is.True);
        Assert.That(failed.Message, Does.Contain("neither user-data nor meta-data"));
        cloud.First = static _ => RawServer.Answer(503, "", "");
        failed = await FailureAsync(cloud);
        Assert.That(failed.IsFinal, Is.False);
        cloud.First = static _ => RawServer.Answer(403, "", "");
        failed = await FailureAsync(cloud);
        Assert.That(failed.IsFinal, Is.True);
    }

    [TestCase("local-hostname: web-1", "web-1", "")]
    [TestCase("local_hostname: web-1", "web-1", "")]
    [TestCase("hostname: web-1.example.com", "web-1.example.com", "")]
    [TestCase("{\"instance-id\": \"i\", \"local-hostname\": \"web-1\"}", "web-1", "")]
    [TestCase("public-keys: ssh-rsa AAAA a", "", "ssh-rsa AAAA a")]
    [TestCase("public-keys: |\n  ssh-rsa AAAA a\n  ssh-rsa BBBB b\n", "", "ssh-rsa AAAA a,ssh-rsa BBBB b")]
    [TestCase("public-keys: {0: {openssh-key: ssh-rsa AAAA a}}", "", "ssh-rsa AAAA a")]
    [TestCase("public-keys: [[[[ssh-rsa AAAA a]]]]", "", "")]
    [TestCase("local-hostname: [a]", "", "")]
    [TestCase("local-hostname: a b", "", "")]
    [TestCase("", "", "")]
    public void Metadata_is_yaml_of_which_name_and_keys_are_taken(string text, string hostname, string keys)
    {
        UserData? data = NoCloudFiles.Read(Encoding.UTF8.GetBytes("u"), Encoding.UTF8.GetBytes(text), "x");
        Assert.That((data!.Hostname, string.Join(',', data.SshKeys)), Is.EqualTo((hostname, keys)));
    }

    [TestCase("hunter2")]
    [TestCase("a: hunter2: hunter2")]
    [TestCase("- hunter2")]
    [TestCase("hunter2: 1\nhunter2: 2")]
    public void Metadata_that_are_none_are_refused_without_showing_them(string text)
    {
        SourceException failed = Assert.Throws<SourceException>(
            () => NoCloudFiles.Read(null, Encoding.UTF8.GetBytes(text), "x"))!;
        Assert.That(failed.Message, Does.Contain("no YAML of keys and values").And.Not.Contain("hunter2"));
    }

    [Test]
    public void Without_anything_in_them_there_is_nothing() =>
        Assert.That(NoCloudFiles.Read([], "instance-id: i-1"u8.ToArray(), "x"), Is.Null);

    [Test]
    public async Task A_folder_that_is_named_is_taken_as_one()
    {
        string folder = Directory.CreateTempSubdirectory("corenode-nocloud-").FullName;
        try
        {
            File.WriteAllText(Path.Join(folder, "user-data"), "#cloud-config\n");
            File.WriteAllText(Path.Join(folder, "meta-data"), "local-hostname: web-1\n");
            Assert.That((await new FolderSource(folder).FetchAsync(default))!.Hostname, Is.EqualTo("web-1"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void Metadata_that_are_broken_anywhere_break_nothing()
    {
        Prng chance = new(3);
        for (int round = 0; round < 3000; round++)
        {
            byte[] text = Encoding.UTF8.GetBytes($"local-hostname: web-1\npublic-keys:\n  - {Key}\n");
            for (int n = 1 + chance.Next(3); n > 0; n--)
                text[chance.Next(text.Length)] = (byte)chance.Next(256);
            try
            {
                NoCloudFiles.Read("u"u8.ToArray(), text, "x");
            }
            catch (SourceException refused)
            {
                Assert.That(refused.IsFinal, Is.True);
            }
        }
    }

    private static async Task<SourceException> FailureAsync(FakeCloud cloud) =>
        (await Assert.ThrowsAsync<SourceException>(() => Seed(cloud, "/").FetchAsync(default)))!;

    private static NoCloudSource Seed(FakeCloud cloud, string path, string hostname = "") =>
        new(new Uri(cloud.Root, path), hostname, cloud.Options);
}
