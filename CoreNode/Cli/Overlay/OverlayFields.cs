using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text;
using CoreNode.Overlay.Model;

namespace CoreNode.Cli.Overlay;

/// <summary>The options of <c>overlay set</c> that stand for fields of the configuration.</summary>
internal sealed class OverlayFields
{
    private readonly Option<string> _network = Text("--network", "NETWORK", "all addresses, such as 10.1.0.0/16");
    private readonly Option<string> _min = Text("--subnet-min", "ADDRESS", "the first subnet that is leased");
    private readonly Option<string> _max = Text("--subnet-max", "ADDRESS", "the last one");
    private readonly Option<string> _ipv6 = Text(
        "--ipv6", "NETWORK", "IPv6 too, such as fd00:1::/48; \"off\" for none");
    private readonly Option<string> _backend = Text("--backend", "NAME", "vxlan, host-gw or alloc");
    private readonly Option<string> _direct = Text(
        "--direct-routing", "on|off", "vxlan: machines on one link do without the tunnel");
    private readonly Option<ulong>[] _numbers =
    [
        NumberOption.Count("--subnet-len", "length of each machine's subnet; 24 if the network is large enough", 32),
        NumberOption.Count("--ipv6-subnet-len", "the same of IPv6; 64", 128),
        NumberOption.Count("--vni", "vxlan: the network's number; 1", 16_777_215),
        NumberOption.Count("--port", "vxlan: the UDP port; 8472", 65_535),
        NumberOption.Count("--mtu", "vxlan: what the network below takes; that of the interface", 65_535),
    ];

    private static readonly string[] s_numberFields =
        ["SubnetLen", "IPv6SubnetLen", "Backend.VNI", "Backend.Port", "Backend.MTU"];

    /// <summary>In the order of help.</summary>
    public IEnumerable<Option> All =>
    [
        _network, _numbers[0], _min, _max, _ipv6, _numbers[1], _backend, _numbers[2], _numbers[3], _direct, _numbers[4],
    ];

    /// <summary>The fields that are to be changed.</summary>
    /// <exception cref="UsageException">A value is none.</exception>
    public List<ConfigField> Read(ParseResult parsed)
    {
        List<ConfigField> fields = [];
        Add(_network, "Network");
        AddAddress(_min, "SubnetMin");
        AddAddress(_max, "SubnetMax");
        Add(_backend, "Backend.Type");
        if (parsed.GetValue(_ipv6) is { } ipv6)
        {
            bool isOff = ipv6 == "off";
            fields.Add(new ConfigField("EnableIPv6", isOff ? null : "true"));
            fields.Add(new ConfigField("IPv6Network", isOff ? null : Quoted(ipv6)));
        }

        if (parsed.GetValue(_direct) is { } direct)
        {
            if (direct is not ("on" or "off"))
                throw new UsageException($"--direct-routing {direct}: say on or off");
            fields.Add(new ConfigField("Backend.DirectRouting", direct == "on" ? "true" : "false"));
        }

        for (int at = 0; at < _numbers.Length; at++)
        {
            if (parsed.GetResult(_numbers[at]) is { Implicit: false })
            {
                fields.Add(new ConfigField(
                    s_numberFields[at], parsed.GetValue(_numbers[at]).ToString(CultureInfo.InvariantCulture)));
            }
        }

        return fields;

        void AddAddress(Option<string> option, string field)
        {
            if (parsed.GetValue(option) is { } value && !IPAddress.TryParse(value, out _))
                throw new UsageException($"{option.Name} {value}: an address such as 10.1.16.0 is needed");
            Add(option, field);
        }

        void Add(Option<string> option, string field)
        {
            if (parsed.GetValue(option) is { } value)
                fields.Add(new ConfigField(field, Quoted(value)));
        }
    }

    private static string Quoted(string text)
    {
        StringBuilder json = new();
        EtcdJson.AppendString(json, text);
        return json.ToString();
    }

    private static Option<string> Text(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName };
}
