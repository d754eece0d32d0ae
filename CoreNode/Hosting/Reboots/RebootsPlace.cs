using CoreNode.Api.Peers.Requests;
using CoreNode.Reboots;
using CoreNode.Store;

namespace CoreNode.Hosting.Reboots;

/// <summary>What reboots are given by the kind of node that the machine runs. Any thread.</summary>
/// <param name="Store">The store.</param>
internal sealed record RebootsPlace(IKvClient Store)
{
    /// <summary>What would break for the store if this machine were away; true: the last look.</summary>
    public Func<bool, CancellationToken, Task<RebootPermission>> LookAsync { get; init; } =
        static (_, _) => Task.FromResult(RebootPermission.Granted);

    /// <summary>The other members; empty where the store has none of ours.</summary>
    public Func<IReadOnlyList<Member>> Others { get; init; } = static () => [];

    /// <summary>How other nodes are asked; null while their cluster is not known.</summary>
    public Func<NodeRequests?> Requests { get; init; } = static () => null;

    /// <summary>Hands leadership to another member if it is here.</summary>
    public Func<CancellationToken, Task> MoveLeaderAsync { get; init; } = static _ => Task.CompletedTask;
}
