using System.Net;
using System.Text;
using System.Text.Json;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.EndToEnd.Overlay;

/// <summary>
/// flanneld 0.5.5 on a machine, as it was captured: the requests that it makes in their order, over vxlan, and the
/// device that it has with an address in the whole network. What it would be asked by the kernel on a miss stands there
/// from the start.
/// </summary>
internal sealed class Flanneld : IDisposable
{
    private const string Root = "/v2/keys/coreos.com/network";
    private const string Device = "flannel.1";

    private readonly OverlayMachine _machine;
    private readonly HttpClient _http;
    private readonly string _store;
    private readonly string _address;

    /// <summary>One that has not started.</summary>
    /// <param name="machine">Where it runs.</param>
    /// <param name="address">The machine's address.</param>
    /// <param name="store">URL of an etcd.</param>
    public Flanneld(OverlayMachine machine, string address, string store)
    {
        _machine = machine;
        _address = address;
        _store = store;
        _http = new HttpClient(NamespaceSockets.Handler(machine.Inside)) { Timeout = TimeSpan.FromSeconds(10) };
    }

    /// <summary>Leases a subnet and makes the device; the subnet's first three numbers, "10.1.200".</summary>
    public async Task<string> StartAsync(string subnet)
    {
        await GetAsync("/config");
        await GetAsync("/config");
        await GetAsync("/subnets?quorum=false&recursive=true&sorted=false");
        string mac = Make(subnet);
        using HttpRequestMessage put = new(
            HttpMethod.Put, $"{_store}{Root}/subnets/{subnet}.0-24?prevExist=false")
        {
            Content = new FormUrlEncodedContent(
            [
                new("ttl", "86400"),
                new(
                    "value",
                    $$$"""{"PublicIP":"{{{_address}}}","BackendType":"vxlan","BackendData":{"VtepMAC":"{{{mac}}}"}}"""),
            ]),
        };
        using HttpResponseMessage answer = await _http.SendAsync(put);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Created), await answer.Content.ReadAsStringAsync());
        await LearnAsync(subnet);
        return subnet;
    }

    /// <summary>Lists all leases, and has the kernel know their devices and the second address of each.</summary>
    public async Task LearnAsync(string own)
    {
        string listing = await GetAsync("/subnets?quorum=false&recursive=true&sorted=false");
        using JsonDocument document = JsonDocument.Parse(listing);
        foreach (JsonElement node in document.RootElement.GetProperty("node").GetProperty("nodes").EnumerateArray())
        {
            string name = node.GetProperty("key").GetString()!.Split('/')[^1];
            string subnet = name[..name.LastIndexOf('.')];
            if (subnet == own)
                continue;
            using JsonDocument value = JsonDocument.Parse(node.GetProperty("value").GetString()!);
            Assert.That(value.RootElement.GetProperty("BackendType").GetString(), Is.EqualTo("vxlan"));
            string mac = value.RootElement.GetProperty("BackendData").GetProperty("VtepMAC").GetString()!;
            string machine = value.RootElement.GetProperty("PublicIP").GetString()!;
            _machine.Command("bridge", "fdb", "replace", mac, "dev", Device, "dst", machine);
            _machine.Ip("neigh", "replace", $"{subnet}.2", "lladdr", mac, "dev", Device, "nud", "permanent");
        }
    }

    public void Dispose() => _http.Dispose();

    private string Make(string subnet)
    {
        _machine.Command("sysctl", "-qw", "net.ipv4.ip_forward=1");
        _machine.Ip(
            "link", "add", Device, "mtu", "1450", "type", "vxlan", "id", "1", "dev", OverlayMachine.Device, "local",
            _address, "dstport", "8472", "nolearning", "l3miss");
        _machine.Ip("addr", "add", $"{subnet}.0/16", "dev", Device);
        _machine.Ip("link", "set", Device, "up");
        return _machine.Json("ip", "-j", "link", "show", Device)[0].GetProperty("address").GetString()!;
    }

    private async Task<string> GetAsync(string path)
    {
        using HttpResponseMessage answer = await _http.GetAsync($"{_store}{Root}{path}");
        return Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync());
    }
}
