using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CoreNode.Store;
using CoreNode.Tests.Simulation.Overlay;

namespace CoreNode.Tests.Overlay;

/// <summary>
/// flanneld 0.5.5 as it was captured: which requests it makes in which order, and how it reads what is there. Knows
/// nothing of our code.
/// </summary>
internal sealed partial class FlannelPeer(OverlayStore store, string publicIp, string mac)
{
    private const string Prefix = "/coreos.com/network";
    private static readonly TimeSpan s_day = TimeSpan.FromSeconds(86400);

    /// <summary>What it has of others: subnet to address and device.</summary>
    public SortedDictionary<string, string> Peers { get; } = new(StringComparer.Ordinal);

    public string Subnet { get; private set; } = "";

    public string Value =>
        $$$"""{"PublicIP":"{{{publicIp}}}","BackendType":"vxlan","BackendData":{"VtepMAC":"{{{mac}}}"}}""";

    /// <summary>flanneld starts.</summary>
    public void Start()
    {
        JsonNode config = JsonNode.Parse(Get($"{Prefix}/config")!.Value!)!;
        config = JsonNode.Parse(Get($"{Prefix}/config")!.Value!)!;
        string network = (string)config["Network"]!;
        byte[] first = IPAddress.Parse(network[..network.IndexOf('/')]).GetAddressBytes();
        HashSet<string> taken = [];
        Subnet = "";
        foreach (KvNode node in Get($"{Prefix}/subnets")?.Nodes ?? [])
        {
            string name = SubnetPattern().Match(node.Key).Value;
            taken.Add(name);
            if ((string?)JsonNode.Parse(node.Value!)!["PublicIP"] == publicIp)
                Subnet = name;
        }

        if (Subnet.Length > 0)
        {
            Set(Subnet, new KvSetOptions { TimeToLive = s_day });
        }
        else
        {
            for (int third = 1; Subnet.Length == 0; third++)
            {
                string name = $"{first[0]}.{first[1]}.{third}.0-24";
                Subnet = taken.Contains(name) ? "" : name;
            }

            Set(Subnet, new KvSetOptions { MustExist = false, TimeToLive = s_day });
        }

        Read();
    }

    /// <summary>It lists all leases again.</summary>
    public void Read()
    {
        Peers.Clear();
        foreach (KvNode node in Get($"{Prefix}/subnets")!.Nodes)
        {
            string name = SubnetPattern().Match(node.Key).Value;
            JsonNode value = JsonNode.Parse(node.Value!)!;
            if (name != Subnet && (string?)value["BackendType"] == "vxlan")
                Peers[name] = $"{(string)value["PublicIP"]!} {(string)value["BackendData"]!["VtepMAC"]!}";
        }
    }

    private KvNode? Get(string key) => store.Find(key);

    private void Set(string name, KvSetOptions options) =>
        Assert.That(store.Set($"{Prefix}/subnets/{name}", Value, options), Is.InstanceOf<KvOutcome.Done>());

    [GeneratedRegex(@"\d+\.\d+.\d+.\d+-\d+")]
    private static partial Regex SubnetPattern();
}
