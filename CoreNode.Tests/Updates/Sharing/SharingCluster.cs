using System.Security.Cryptography;
using CoreNode.Cluster.Clients;
using CoreNode.Tests.Api;
using CoreNode.Tests.Platform.Codecs;
using CoreNode.Updates.Sharing;

namespace CoreNode.Tests.Updates.Sharing;

/// <summary>
/// Nodes of one cluster in this process, with a store in memory, a server that counts what it sends, and disks of their
/// own. Waits are short; nothing else differs.
/// </summary>
internal sealed class SharingCluster : IAsyncDisposable
{
    public static readonly SharingTimes Times = new()
    {
        Store = TimeSpan.FromSeconds(5),
        Dial = TimeSpan.FromSeconds(1.5),
        Quiet = TimeSpan.FromSeconds(3),
        Retry = TimeSpan.FromMilliseconds(150),
        Poll = TimeSpan.FromMilliseconds(20),
        Grace = TimeSpan.FromMilliseconds(600),
        Patience = TimeSpan.FromMilliseconds(1200),
        Review = TimeSpan.FromMilliseconds(50),
    };

    public SharingCluster(
        int nodes, int payloadBytes, Func<SharingOptions, SharingOptions>? shape = null, bool hasOneMember = false)
    {
        HasOneMember = hasOneMember;
        Payload = CodecSample.Make(payloadBytes);
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(Payload));
        Server = new CountingServer(Payload);
        Store = new MemoryKeyStore(TimeProvider.System);
        for (int i = 0; i < nodes; i++)
            Nodes.Add(new SharingNode(this, $"m{i}", new LocalKvClient(Store, TimeProvider.System), shape));
    }

    /// <summary>The first node is the only member and knows none of the others, which are its workers.</summary>
    public bool HasOneMember { get; }

    public byte[] Payload { get; }

    public string Sha256 { get; }

    public MemoryKeyStore Store { get; }

    public CountingServer Server { get; }

    public List<SharingNode> Nodes { get; } = [];

    public SharingNode Find(string machine) => Nodes.Single(node => node.Machine == machine);

    /// <summary>How many nodes there are, as far as one of them is told.</summary>
    public int Known(string machine) => !HasOneMember ? Nodes.Count : machine == Nodes[0].Machine ? 1 : 2;

    /// <summary>Keys of keepers that stand in the store.</summary>
    public async Task<IReadOnlyList<string>> KeysAsync()
    {
        var outcome = await new LocalKvClient(Store, TimeProvider.System).GetAsync(
            KeeperKeys.Prefix, CoreNode.Store.KvGetOptions.Plain, CancellationToken.None);
        return outcome is CoreNode.Store.KvOutcome.Done done
            ? [.. done.Change.Node.Nodes.Select(static one => one.Key)]
            : [];
    }

    /// <summary>All fetch it at once.</summary>
    public Task FetchAsync(CancellationToken cancellation) =>
        Task.WhenAll(Nodes.Select(node => node.FetchAsync(cancellation)));

    public async ValueTask DisposeAsync()
    {
        foreach (SharingNode node in Nodes)
            await node.DisposeAsync();
    }
}
