using System.Net;
using CoreNode.Platform;

namespace CoreNode.Tests.Discovery;

/// <summary>Name servers of a test.</summary>
internal sealed class FakeNames : INames
{
    public Dictionary<string, NameAnswer<SrvRecord>> Services { get; } = [];

    public Dictionary<string, NameAnswer<IPAddress>> Hosts { get; } = [];

    /// <summary>Called before each look-up.</summary>
    public Action<string> Asked { get; set; } = static _ => { };

    public Task<NameAnswer<SrvRecord>> FindServicesAsync(string name, CancellationToken cancellation)
    {
        Asked(name);
        return Task.FromResult(
            Services.GetValueOrDefault(name) ?? new NameAnswer<SrvRecord>.None($"there are no SRV records {name}"));
    }

    public Task<NameAnswer<IPAddress>> FindAddressesAsync(string host, CancellationToken cancellation)
    {
        Asked(host);
        return Task.FromResult(IPAddress.TryParse(host, out IPAddress? literal)
            ? new NameAnswer<IPAddress>.Found([literal])
            : Hosts.GetValueOrDefault(host) ?? new NameAnswer<IPAddress>.None($"there is no host {host}"));
    }

    /// <summary>SRV records, in priority order.</summary>
    public void Serve(string name, params string[] targets) => Services[name] = new NameAnswer<SrvRecord>.Found(
        [.. targets.Select((t, i) => new SrvRecord((ushort)i, 0, ushort.Parse(t.Split(':')[1]), t.Split(':')[0]))]);

    public void Host(string host, string address) =>
        Hosts[host] = new NameAnswer<IPAddress>.Found([IPAddress.Parse(address)]);
}
