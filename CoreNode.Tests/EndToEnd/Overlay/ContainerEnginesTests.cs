using System.Globalization;
using System.Text.Json;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.EndToEnd.Overlay;

/// <summary>
/// Containers of real engines on three machines, each told of its subnet by the file that its node wrote for it: podman
/// with CNI plugins, podman with netavark and docker beside each other, over vxlan.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[NonParallelizable]
internal sealed class ContainerEnginesTests
{
    private const int OutsidePort = 7011;
    private const string Mtu = "1450";

    private static readonly EngineKind[] s_kinds = [EngineKind.Cni, EngineKind.Docker, EngineKind.Netavark];

    [SetUp]
    public void Needs_engines()
    {
        if (NetworkNamespace.Obstacle is { } obstacle)
            Assert.Ignore(obstacle);
        TestPrograms.Podman();
        TestPrograms.Dockerd();
        TestPrograms.Busybox();
    }

    [Test]
    public async Task Containers_on_three_machines_reach_each_other_whatever_runs_them()
    {
        await using OverlaySite site = await OverlaySite.StartAsync(3, 3);
        site.Corenode(0, "overlay", "set", "--network", "10.1.0.0/16");
        List<EngineMachine> engines = [];
        string[] addresses = new string[3];
        try
        {
            for (int number = 0; number < 3; number++)
            {
                await site.WaitReadyAsync(number, 2, "vxlan");
                engines.Add(await EngineMachine.StartAsync(site, number, s_kinds[number]));
                addresses[number] = engines[number].Run("one");
                JsonElement status = await site.StatusAsync(number);
                string subnet = status.GetProperty("subnet").GetString()!;
                Assert.That(addresses[number], Does.StartWith(subnet[..(subnet.LastIndexOf('.') + 1)]));
                Assert.That(engines[number].Inside("one", "cat", "/sys/class/net/eth0/mtu").Trim(), Is.EqualTo(Mtu));
            }

            for (int from = 0; from < 3; from++)
            {
                for (int to = 0; to < 3; to++)
                {
                    if (from != to)
                        Reach(engines[from], addresses[from], engines[to], addresses[to]);
                }

                EngineMachine engine = engines[from];
                Assert.That(
                    site.SeenOutside(OutsidePort, () => engine.Inside(
                        "one", "sh", "-c", string.Create(
                            CultureInfo.InvariantCulture,
                            $"nc -w 5 {OverlaySite.Outside} {OutsidePort} < /dev/null || true"))).ToString(),
                    Is.EqualTo($"192.168.77.{from + 1}"), $"{s_kinds[from]}: masqueraded outside");
            }
        }
        finally
        {
            foreach (EngineMachine engine in engines)
                await engine.DisposeAsync();
        }
    }

    private static void Reach(EngineMachine from, string own, EngineMachine to, string target)
    {
        Assert.That(from.Inside("one", "ping", "-c", "1", "-W", "5", target), Does.Contain("1 packets received"));
        Assert.That(
            from.Inside("one", "sh", "-c", Get(target, "/cgi-bin/who")).Trim().Split('\n')[^1],
            Is.EqualTo(own), "the address that the other one sees");
        string sum = to.Inside("one", "md5sum", "/www/large").Split(' ')[0];
        Assert.That(
            from.Inside("one", "sh", "-c", $"{Get(target, "/large")} | tail -c {EngineMachine.LargeBytes} | md5sum"),
            Does.StartWith(sum), "a megabyte comes as it was sent");
    }

    private static string Get(string target, string path) =>
        $"printf 'GET {path} HTTP/1.0\\r\\n\\r\\n' | nc {target} {EngineMachine.Port}";
}
