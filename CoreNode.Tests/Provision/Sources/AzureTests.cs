using System.Text;
using CoreNode.Foundation;
using CoreNode.Provision.Model;
using CoreNode.Provision.Sources;
using CoreNode.Provision.Sources.Drives;

namespace CoreNode.Tests.Provision.Sources;

/// <summary>ovf-env.xml of Azure's provisioning disc.</summary>
[TestFixture, Category("Unit")]
internal sealed class AzureTests
{
    // As Azure writes it, shortened.
    private const string Environment = """
        <?xml version="1.0" encoding="utf-8"?>
        <ns0:Environment xmlns="http://schemas.dmtf.org/ovf/environment/1"
            xmlns:ns0="http://schemas.dmtf.org/ovf/environment/1"
            xmlns:ns1="http://schemas.microsoft.com/windowsazure">
          <ns1:ProvisioningSection>
            <ns1:Version>1.0</ns1:Version>
            <ns1:LinuxProvisioningConfigurationSet>
              <ns1:ConfigurationSetType>LinuxProvisioningConfiguration</ns1:ConfigurationSetType>
              <ns1:HostName>web-1</ns1:HostName>
              <ns1:UserName>azureuser</ns1:UserName>
              <ns1:UserPassword>hunter2&amp;</ns1:UserPassword>
              <ns1:DisableSshPasswordAuthentication>true</ns1:DisableSshPasswordAuthentication>
              <ns1:SSH><ns1:PublicKeys><ns1:PublicKey>
                <ns1:Fingerprint /><ns1:Path>/home/azureuser/.ssh/authorized_keys</ns1:Path>
                <ns1:Value>ssh-rsa AAAA me &amp; you</ns1:Value>
              </ns1:PublicKey></ns1:PublicKeys></ns1:SSH>
              <!-- <ns1:CustomData>bm90aGluZw==</ns1:CustomData> -->
              <ns1:CustomData>I2Nsb3Vk
        LWNvbmZpZwo=</ns1:CustomData>
            </ns1:LinuxProvisioningConfigurationSet>
          </ns1:ProvisioningSection>
        </ns0:Environment>
        """;

    [Test]
    public void Data_name_and_keys_are_taken()
    {
        UserData data = Read(Environment)!;
        Assert.That(FakeCloud.Text(data.Content), Is.EqualTo("#cloud-config\n"));
        Assert.That((data.Hostname, data.SshKeys), Is.EqualTo(("web-1", new[] { "ssh-rsa AAAA me & you" })));
    }

    [Test]
    public void Without_custom_data_there_is_the_machine_at_least()
    {
        int begin = Environment.LastIndexOf("<ns1:CustomData>", StringComparison.Ordinal);
        int end = Environment.LastIndexOf("</ns1:CustomData>", StringComparison.Ordinal);
        UserData data = Read(Environment[..begin] + "<ns1:CustomData/>" + Environment[(end + 17)..])!;
        Assert.That((data.Content.Length, data.Hostname), Is.EqualTo((0, "web-1")));
    }

    [Test]
    public void Text_may_stand_in_a_section_of_characters() =>
        Assert.That(
            Read(Environment.Replace("web-1", "<![CDATA[web-2]]>", StringComparison.Ordinal))!.Hostname,
            Is.EqualTo("web-2"));

    [Test]
    public void What_is_no_base64_is_refused_without_showing_it()
    {
        SourceException failed = Assert.Throws<SourceException>(
            () => Read(Environment.Replace("I2Nsb3Vk", "hunter2 !", StringComparison.Ordinal)))!;
        Assert.That(failed.Message, Does.Contain("is no base64").And.Not.Contain("hunter2"));
        failed = Assert.Throws<SourceException>(() => Read("<Environment>hunter2</Environment>"))!;
        Assert.That(failed.Message, Does.Contain("no ProvisioningConfigurationSet").And.Not.Contain("hunter2"));
    }

    [TestCase("both")]
    [TestCase("udf")]
    public async Task It_is_read_from_a_disc_with_its_label(string kind)
    {
        string root = Directory.CreateTempSubdirectory("corenode-azure-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Join(root, "tree"));
            File.WriteAllText(Path.Join(root, "tree/ovf-env.xml"), Environment);
            foreach (string folder in (string[])["dev", "sys/class/block/sr0"])
                Directory.CreateDirectory(Path.Join(root, folder));
            DriveImages.Make(kind, "rd_rdfe_stable.1", Path.Join(root, "tree"), Path.Join(root, "dev/sr0"));
            DriveSource source = new(DriveLayout.Azure, "", TimeSpan.Zero, new SourceOptions { Root = root });
            Assert.That((await source.FetchAsync(default))!.Hostname, Is.EqualTo("web-1"));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Test]
    public async Task A_disc_that_was_promised_and_does_not_come_is_a_failure_at_the_end()
    {
        string root = Directory.CreateTempSubdirectory("corenode-azure-").FullName;
        HandTime time = new();
        SourceOptions options = new() { Root = root, Time = time };
        DriveSource source = new(DriveLayout.Azure, "", TimeSpan.FromSeconds(10), options) { IsPromised = true };
        SourceException failed = (await Assert.ThrowsAsync<SourceException>(() => source.FetchAsync(default)))!;
        Assert.That(failed.IsFinal, Is.False);
        time.Advance(TimeSpan.FromSeconds(10));
        failed = (await Assert.ThrowsAsync<SourceException>(() => source.FetchAsync(default)))!;
        Assert.That(failed.IsFinal, Is.True);
        Directory.Delete(root);
    }

    [Test]
    public void Xml_that_is_broken_anywhere_breaks_nothing()
    {
        Prng chance = new(5);
        int read = 0;
        for (int round = 0; round < 3000; round++)
        {
            StringBuilder text = new(Environment);
            for (int n = 1 + chance.Next(4); n > 0; n--)
            {
                int at = chance.Next(text.Length);
                if (chance.Next(2) == 0)
                    text[at] = "<>/&!-[]\0"[chance.Next(9)];
                else
                    text.Remove(at, Math.Min(text.Length - at, chance.Next(9)));
            }

            try
            {
                read += Read(text.ToString()) is null ? 0 : 1;
            }
            catch (SourceException)
            {
                // Not base64, or nothing of it left.
            }
        }

        Assert.That(read, Is.GreaterThan(1000));
    }

    private static UserData? Read(string xml)
    {
        string folder = Directory.CreateTempSubdirectory("corenode-azure-").FullName;
        try
        {
            File.WriteAllText(Path.Join(folder, "ovf-env.xml"), xml);
            return AzureFiles.Read(new FolderTree(folder), "x");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
