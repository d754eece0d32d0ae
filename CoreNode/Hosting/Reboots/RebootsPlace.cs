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

    /// <summary>Hands leadership to another member if it is here.</summary>
    public Func<CancellationToken, Task> MoveLeaderAsync { get; init; } = static _ => Task.CompletedTask;
}
