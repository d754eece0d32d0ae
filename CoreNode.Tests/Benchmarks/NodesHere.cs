using System.Globalization;
using System.Text.Json.Nodes;
using CoreNode.Api.Peers;
using CoreNode.Api.Peers.Requests;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Tests.EndToEnd.Clusters;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// The way of this process to native members as any number of workers: real requests between nodes, proved and sealed
/// by the secret that the members give for the cluster's token.
/// </summary>
internal sealed class NodesHere : IAsyncDisposable
{
    private readonly PeerTransport _transport;
    private readonly ulong _clusterId;
    private ulong _nodes;

    private NodesHere(PeerTransport transport, IReadOnlyList<Member> members, ulong clusterId)
    {
        _transport = transport;
        Members = members;
        _clusterId = clusterId;
    }

    /// <summary>The members when it was made.</summary>
    public IReadOnlyList<Member> Members { get; }

    /// <summary>Asks a member who is there.</summary>
    public static async Task<NodesHere> OfAsync(ClusterProcesses cluster, string token)
    {
        using HttpClient http = new();
        using HttpResponseMessage answer = await http.GetAsync(
            new Uri(cluster.Members[0].Place.ClientUrl, "/v2/members"));
        JsonNode body = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        List<Member> members = [];
        foreach (JsonNode? member in body["members"]!.AsArray())
        {
            members.Add(new Member(
                new NodeId(Hex((string)member!["id"]!)), (string)member["name"]!, Texts(member["peerURLs"]!),
                Texts(member["clientURLs"]!)));
        }

        WorkerKeys keys = new(token, () => [.. members.SelectMany(static m => m.PeerUrls)]);
        PeerTransport transport = new(
            new PeerTransportOptions(), new MetricRegistry(), TimeProvider.System, NullLoggerFactory.Instance)
        {
            Keys = keys,
        };
        NodesHere nodes = new(transport, members, Hex(answer.Headers.GetValues("X-Etcd-Cluster-Id").Single()));
        keys.Bind(nodes.Next());
        return nodes;
    }

    /// <summary>The requests of one more node.</summary>
    public NodeRequests Next() =>
        _transport.RequestsOf(new PeerIdentity(_clusterId, new NodeId(0x1000 + Interlocked.Increment(ref _nodes))));

    public ValueTask DisposeAsync() => _transport.DisposeAsync();

    private static string[] Texts(JsonNode list) => [.. list.AsArray().Select(static text => (string)text!)];

    private static ulong Hex(string text) =>
        ulong.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
