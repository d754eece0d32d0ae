using CoreNode.Provision.Sources.Choice;

namespace CoreNode.Tests.Provision.Sources;

/// <summary>Words behind --from, and the kernel's arguments.</summary>
[TestFixture, Category("Unit")]
internal sealed class SourceWordTests
{
    [TestCase("auto", SourceKind.Auto, "")]
    [TestCase("cmdline", SourceKind.CommandLine, "")]
    [TestCase("oem", SourceKind.Oem, "")]
    [TestCase("file=/a=b", SourceKind.File, "/a=b")]
    [TestCase("dir=/a", SourceKind.Folder, "/a")]
    [TestCase("url=https://u:p@h/a?b=c", SourceKind.Url, "https://u:p@h/a?b=c")]
    [TestCase("config-drive", SourceKind.ConfigDrive, "")]
    [TestCase("config-drive=/dev/sr0", SourceKind.ConfigDrive, "/dev/sr0")]
    [TestCase("ec2", SourceKind.Ec2, "")]
    [TestCase("ec2=http://127.0.0.1:99", SourceKind.Ec2, "http://127.0.0.1:99")]
    [TestCase("digitalocean", SourceKind.DigitalOcean, "")]
    [TestCase("openstack=http://[fd00::1]/", SourceKind.OpenStack, "http://[fd00::1]/")]
    [TestCase("gce", SourceKind.Gce, "")]
    [TestCase("packet", SourceKind.Packet, "")]
    [TestCase("nocloud", SourceKind.NoCloud, "")]
    [TestCase("nocloud=/seed", SourceKind.NoCloud, "/seed")]
    [TestCase("nocloud=https://h/a/", SourceKind.NoCloud, "https://h/a/")]
    [TestCase("azure", SourceKind.Azure, "")]
    [TestCase("azure=/dev/sr0", SourceKind.Azure, "/dev/sr0")]
    public void A_word_names_a_source(string text, SourceKind kind, string value)
    {
        Assert.That(SourceWord.TryParse(text, out SourceWord? word, out string? problem), Is.True, problem);
        Assert.That(word, Is.EqualTo(new SourceWord(kind, value)));
    }

    [TestCase("", "is no source")]
    [TestCase("ec3", "did you mean ec2?")]
    [TestCase("configdrive", "did you mean config-drive?")]
    [TestCase("vmware", "one of auto, file=PATH")]
    [TestCase("nocloud=ftp://h/", "needs a device or folder or an http or https URL")]
    [TestCase("nocloud=", "needs a device or folder or an http or https URL")]
    [TestCase("azure=http://h/", "needs a device or folder, or stands")]
    [TestCase("auto=x", "stands alone")]
    [TestCase("oem=/x", "stands alone")]
    [TestCase("file", "file=/path")]
    [TestCase("file=", "file=/path")]
    [TestCase("dir", "dir=/path")]
    [TestCase("url", "http or https URL")]
    [TestCase("url=ftp://h/", "http or https URL")]
    [TestCase("url=h/a", "http or https URL")]
    [TestCase("ec2=169.254.169.254", "http or https URL")]
    [TestCase("ec2=", "http or https URL")]
    [TestCase("config-drive=", "needs a device or folder")]
    public void A_word_that_is_none_says_what_to_write(string text, string reason)
    {
        Assert.That(SourceWord.TryParse(text, out _, out string? problem), Is.False);
        Assert.That(problem, Does.Contain(reason));
    }

    [Test]
    public void What_is_wrong_with_a_url_is_said_without_its_password()
    {
        Assert.That(SourceWord.TryParse("url=ftp://u:hunter2@h/", out _, out string? problem), Is.False);
        Assert.That(problem, Does.Not.Contain("hunter2"));
        Assert.That(SourceWord.TryParse("http://u:hunter2@h/", out _, out problem), Is.False);
        Assert.That(problem, Does.Not.Contain("hunter2"));
    }

    [TestCase("https://h/a", SourceKind.Url, "https://h/a")]
    [TestCase("/a/b.yaml", SourceKind.File, "/a/b.yaml")]
    [TestCase("b.yaml", SourceKind.File, "b.yaml")]
    public void The_argument_of_a_command_is_a_url_or_a_file(string text, SourceKind kind, string value)
    {
        Assert.That(SourceWord.TryParseArgument(text, out SourceWord? word, out _), Is.True);
        Assert.That(word, Is.EqualTo(new SourceWord(kind, value)));
    }

    [TestCase("root=/dev/sda cloud-config-url=http://h/a quiet\n", "http://h/a")]
    [TestCase("cloud_config_url=http://h/a", "http://h/a")]
    [TestCase("cloud-config_url=http://h/a", "http://h/a")]
    [TestCase("cloud-config-url=http://h/a?b=c=d", "http://h/a?b=c=d")]
    [TestCase("cloud-config-url=\"http://h/a b\" x", "http://h/a b")]
    [TestCase("\"cloud-config-url=http://h/a b\" x", "http://h/a b")]
    [TestCase("cloud-config-url=\"http://h/a", "http://h/a")]
    [TestCase("cloud-config-url=http://h/a cloud-config-url=http://h/b", "http://h/b")]
    [TestCase("cloud-config-url=http://h/a cloud-config-url=", "http://h/a")]
    [TestCase("\tcloud-config-url=http://h/a\t", "http://h/a")]
    [TestCase("x=\"cloud-config-url=http://h/a\"", "")]
    [TestCase("quiet -- cloud-config-url=http://h/a", "")]
    [TestCase("cloud-config-url", "")]
    [TestCase("xcloud-config-url=http://h/a", "")]
    [TestCase("=http://h/a", "")]
    [TestCase("\"", "")]
    [TestCase("", "")]
    public void The_kernels_arguments_are_taken_apart(string text, string value) =>
        Assert.That(new KernelCommandLine(text).Value("cloud-config-url"), Is.EqualTo(value));
}
