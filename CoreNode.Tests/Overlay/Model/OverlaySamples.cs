using System.Net;
using CoreNode.Foundation;
using CoreNode.Overlay.Model;
using CoreNode.Overlay.Net;

namespace CoreNode.Tests.Overlay.Model;

/// <summary>Networks, machines and leases that tests talk about.</summary>
internal static class OverlaySamples
{
    public const string Vxlan = """{"Network":"10.1.0.0/16","Backend":{"Type":"vxlan"}}""";

    public const string Dual =
        """
        {"EnableIPv6":true,"Network":"10.1.0.0/16","IPv6Network":"fd00:1::/48","Backend":{"Type":"vxlan"}}
        """;

    public static InterfaceFacts Eth0 => new(
        2, "eth0", 1500, true,
        [IpPrefix.Parse("172.30.77.1/24"), IpPrefix.Parse("fe80::1/64"), IpPrefix.Parse("fd77::1/64")], true);

    public static MacAddress Mac(int number) => new(0x02_00_00_00_00_00UL + (ulong)number);

    public static OverlayConfig Config(string text)
    {
        ConfigReading reading = ConfigJson.Read(text);
        Assert.That(reading.Problems, Is.Empty);
        return reading.Config!;
    }

    public static OwnMachine Own(OverlayConfig config, int mac = 1) => new(
        new LeaseValue(
            IPAddress.Parse("172.30.77.1"), config.V6 is null ? null : IPAddress.Parse("fd77::1"),
            config.Backend.Name, config.Backend.Kind == BackendKind.Vxlan ? Mac(mac) : null,
            config.V6 is null ? null : Mac(mac + 1000)),
        Eth0, IPAddress.Parse("172.30.77.1"), config.V6 is null ? null : IPAddress.Parse("fd77::1"));

    public static LeaseValue Peer(int number, string backend = "vxlan") => new(
        IPAddress.Parse($"172.30.77.{number}"), null, backend, backend == "vxlan" ? Mac(number) : null, null);

    public static StoredLease Stored(string name, LeaseValue value, ulong index) =>
        Stored(name, LeaseJson.Write(value), index);

    public static StoredLease Stored(string name, string text, ulong index) =>
        new(name, text, new StoreIndex(index), new StoreIndex(index), new DateTimeOffset(2026, 1, 2, 0, 0, 0, default));

    public static LeaseBook Book(params StoredLease[] leases)
    {
        LeaseBook book = new();
        book.List(leases, new StoreIndex(1000));
        return book;
    }
}
