using System.Net;
using CoreNode.Hosting;
using CoreNode.Hosting.Overlay;
using CoreNode.Overlay.Model;
using CoreNode.Overlay.Net;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Hosting.Overlay;

/// <summary>The files that tell containers of a machine's subnet.</summary>
[TestFixture, Category("Unit")]
internal sealed class OverlayFilesTests
{
    private static readonly SubnetEnv s_first = Env("10.1.5.0");
    private static readonly SubnetEnv s_second = Env("10.1.6.0");

    [Test]
    public void Each_network_has_its_file_and_the_first_one_those_of_container_engines()
    {
        using TestFolder folder = new();
        OverlayNodeOptions options = Options(folder);
        OverlayFiles files = new(options);
        Assert.That(files.ReadPrevious(), Is.Empty);
        Assert.That(files.Write("", s_first), Is.Empty);
        Assert.That(files.Write("blue", s_second), Is.Empty);
        Assert.That(File.ReadAllText(folder.File("run/subnet.env")), Is.EqualTo(
            "FLANNEL_NETWORK=10.1.0.0/16\nFLANNEL_SUBNET=10.1.5.1/24\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=false\n"));
        Assert.That(File.ReadAllText(folder.File("run/networks/blue.env")), Does.Contain("10.1.6.1/24"));
        Assert.That(File.ReadAllText(folder.File("docker.env")), Does.Contain("--bip=10.1.5.1/24"));
        Assert.That(File.ReadAllText(folder.File("podman/mine.json")), Does.Contain("\"name\": \"mine\""));
        Assert.That(File.ReadAllText(folder.File("cni.conflist")), Does.Contain("10.1.5.0/24"));
        Dictionary<string, LeaseSubnets> previous = new OverlayFiles(options).ReadPrevious();
        Assert.That(previous[""].ToString(), Is.EqualTo("10.1.5.0/24"));
        Assert.That(previous["blue"].ToString(), Is.EqualTo("10.1.6.0/24"));
    }

    [Test]
    public void What_says_the_same_is_not_written_again()
    {
        using TestFolder folder = new();
        OverlayFiles files = new(Options(folder));
        files.Write("", s_first);
        DateTime before = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(folder.File("run/subnet.env"), before);
        files.Write("", s_first);
        Assert.That(File.GetLastWriteTimeUtc(folder.File("run/subnet.env")), Is.EqualTo(before));
        files.Write("", s_second);
        Assert.That(File.ReadAllText(folder.File("run/subnet.env")), Does.Contain("10.1.6.1/24"));
        Assert.That(Directory.GetFiles(folder.File("run")), Has.Length.EqualTo(1), "nothing is left of the writing");
    }

    [Test]
    public void A_file_that_cannot_be_written_is_named_and_the_others_are_written()
    {
        using TestFolder folder = new();
        Directory.CreateDirectory(folder.File("run/subnet.env"));
        string problem = new OverlayFiles(Options(folder)).Write("", s_first);
        Assert.That(problem, Does.Contain("subnet.env").And.Contain("containers do not learn their subnet"));
        Assert.That(File.Exists(folder.File("docker.env")), Is.True);
    }

    [Test]
    public void Nothing_is_written_where_no_place_is_named()
    {
        using TestFolder folder = new();
        OverlayFiles files = new(new OverlayNodeOptions { Networks = ["", "blue"] });
        Assert.That(files.Write("", s_first) + files.Write("blue", s_second), Is.Empty);
    }

    private static OverlayNodeOptions Options(TestFolder folder) => new()
    {
        Networks = ["", "blue"],
        SubnetFile = folder.File("run/subnet.env"),
        DockerFile = folder.File("docker.env"),
        PodmanFile = folder.File("podman/mine.json"),
        CniFile = folder.File("cni.conflist"),
    };

    private static SubnetEnv Env(string subnet) => new(
        IpPrefix.Parse("10.1.0.0/16"), null, new LeaseSubnets(new IpPrefix(IPAddress.Parse(subnet), 24), null), 1450,
        false);
}
