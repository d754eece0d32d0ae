using System.Globalization;
using CoreNode.Api.Peers;
using CoreNode.Api.Peers.Leases;
using CoreNode.Api.Peers.Requests;
using CoreNode.Cluster;
using CoreNode.Cluster.Leading;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Platform;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Cluster.Leading;

/// <summary>A member in this process with everything that leases need: replica, peer listener, service.</summary>
internal sealed class LeasingMember : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _leading = Task.CompletedTask;

    private LeasingMember(PeerTransport transport, Replica replica, LeaderLeases leases)
    {
        Transport = transport;
        Replica = replica;
        Leases = leases;
    }

    public PeerTransport Transport { get; }

    public Replica Replica { get; }

    public LeaderLeases Leases { get; }

    public bool IsCut { get; private set; }

    public NodeRequests Requests => Transport.RequestsOf(new PeerIdentity(Replica.ClusterId, new NodeId(77)));

    /// <summary>Starts the member of that place.</summary>
    public static async Task<LeasingMember> StartAsync(
        string folder, IReadOnlyList<InitialMember> members, int place, LeaseTimes times, CancellationToken stop)
    {
        MemberKeys keys = new("a token");
        LeaseService service = new();
        PeerTransportOptions options = new()
        {
            ListenPeerUrls = [new Uri(members[place].PeerUrls[0])],
            MinBackoff = TimeSpan.FromMilliseconds(5),
            MaxBackoff = TimeSpan.FromMilliseconds(50),
            Seed = (ulong)place + 1,
        };
        PeerTransport transport = new(
            options, new MetricRegistry(), TimeProvider.System, NullLoggerFactory.Instance)
        {
            Keys = keys,
            Services = new NodeServices(new Dictionary<string, INodeService> { [LeaseService.Name] = service }),
        };
        Replica replica = await Replica.StartAsync(
            new ReplicaOptions
            {
                Folder = Path.Combine(folder, members[place].Name),
                Name = members[place].Name,
                InitialMembers = members,
                AdvertiseClientUrls = [],
                ElectionTimeout = times.ElectionTimeout,
                Seed = (ulong)place + 1,
            },
            new RealFiles(), TimeProvider.System, NullLoggerFactory.Instance, transport, transport, stop);
        keys.Bind(replica);
        LeaderLeases leases = LeaderLeases.Create(
            replica, times, TimeProvider.System, NullLoggerFactory.Instance, static _ => 0);
        service.Bind(leases);
        LeasingMember member = new(transport, replica, leases);
        member._leading = leases.RunAsync(member._stop.Token);
        return member;
    }

    /// <summary>First members with free ports.</summary>
    public static InitialMember[] Places(int count) =>
    [
        .. Enumerable.Range(1, count).Select(static n => new InitialMember(
            $"m{n}", [string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{EndToEnd.FreePorts.Next()}")])),
    ];

    /// <summary>Nothing reaches it any more and nothing leaves it; it does not know.</summary>
    public async Task CutAsync()
    {
        IsCut = true;
        await Transport.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _leading;
        await Replica.DisposeAsync();
        await Transport.DisposeAsync();
        _stop.Dispose();
    }
}
