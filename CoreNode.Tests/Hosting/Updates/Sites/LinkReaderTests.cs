using CoreNode.Hosting.Updates.Sites;
using CoreNode.Tests.EndToEnd;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.Hosting.Updates.Sites;

/// <summary>Which network interfaces lead out of a machine.</summary>
[TestFixture, Category("Unit")]
internal sealed class LinkReaderTests
{
    private TestFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TestFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void A_machine_whose_kernel_shows_none_is_not_known() =>
        Assert.That(LinkReader.Read(_folder.Path), Is.Null);

    [Test]
    public void Loopback_bridges_and_tunnels_lead_nowhere()
    {
        Make("lo", 1, 1, "1");
        Make("docker0", 3, 3, "0");
        Make("sit0", 4, 0, null);
        MachineLinks links = LinkReader.Read(_folder.Path)!;
        Assert.That(links.LeadOut, Is.False);
        Assert.That(links.Text, Is.EqualTo("this machine has no network interface that leads out of it"));
    }

    [Test]
    public void Devices_and_ends_in_other_namespaces_lead_out_with_or_without_carrier()
    {
        Make("lo", 1, 1, "1");
        Make("eth0", 2, 2, null);
        Directory.CreateDirectory(_folder.File("sys/class/net/eth0/device"));
        Make("veth1", 5, 9, "1");
        MachineLinks links = LinkReader.Read(_folder.Path)!;
        Assert.That(links, Is.EqualTo(new MachineLinks(true, "eth0 has no carrier, veth1 has carrier")));
    }

    private void Make(string name, int index, int joined, string? carrier)
    {
        string folder = _folder.File($"sys/class/net/{name}");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "ifindex"), $"{index}\n");
        File.WriteAllText(Path.Combine(folder, "iflink"), $"{joined}\n");
        if (carrier is not null)
            File.WriteAllText(Path.Combine(folder, "carrier"), carrier + "\n");
    }
}
