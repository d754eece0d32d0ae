using CoreNode.Hosting.Reboots;
using CoreNode.Hosting.Updates.Sharing;
using CoreNode.Hosting.Updates.Sites;

namespace CoreNode.Hosting.Updates;

/// <summary>What the updates module is given by the kind of node that it runs on. Any thread.</summary>
internal sealed record UpdatesPlace
{
    /// <summary>What is wrong with the node's own services; empty: nothing.</summary>
    public required Func<string> NodeProblem { get; init; }

    /// <summary>Why the node is not in its cluster; empty: it is.</summary>
    public required Func<CancellationToken, Task<string>> ClusterProblem { get; init; }

    /// <summary>Addresses of other machines of the cluster.</summary>
    public required Func<IReadOnlyList<Uri>> Others { get; init; }

    /// <summary>What payloads are shared by; null: they are not.</summary>
    public SharingAccess? Sharing { get; init; }

    /// <summary>What the machine is restarted by; null: it is not.</summary>
    public RebootsPlace? Reboots { get; init; }

    /// <summary>How many others make a majority with this one; zero on machines that are no members.</summary>
    public Func<int> OthersOfQuorum { get; init; } = static () => 0;

    /// <summary>What the machine at such an address says of what it reaches.</summary>
    public Func<Uri, CancellationToken, Task<SiteReply>> AskAsync { get; init; } =
        static (_, _) => Task.FromResult(new SiteReply(null, "nobody is asked"));

    /// <summary>
    /// Keeps what this node proves itself to others by, for when it hears of no leader after an update; false: it is to
    /// be asked again.
    /// </summary>
    public Func<CancellationToken, Task<bool>> TryKeepSecretAsync { get; init; } = static _ => Task.FromResult(true);

    /// <summary>Why heavy work must wait for the store; empty: it need not.</summary>
    public Func<string> StoreProblem { get; init; } = static () => "";
}
