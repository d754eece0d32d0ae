using CoreNode.Units.Registry;

namespace CoreNode.Api.Fleet;

/// <summary>Settings of the units' surfaces. Every wait and size has its bound here.</summary>
public sealed record FleetOptions
{
    /// <summary>Where units stand in the store.</summary>
    public RegistryKeys Keys { get; init; } = RegistryKeys.Default;

    /// <summary>Id of this machine; empty where it runs no units.</summary>
    public string MachineId { get; init; } = "";

    /// <summary>Longest body of fleet's API.</summary>
    public int MaxUnitBytes { get; init; } = 2 << 20;

    /// <summary>Longest body of a batch.</summary>
    public int MaxBatchBytes { get; init; } = 10 << 20;

    /// <summary>Most units of a batch.</summary>
    public int MaxBatchUnits { get; init; } = 5_000;

    /// <summary>Writes of one batch that are under way at once.</summary>
    public int BatchWidth { get; init; } = 256;

    /// <summary>How long a request waits for the first view of the store, and for its own writes to be seen.</summary>
    public TimeSpan ViewTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the first listing of machines waits until this one has registered itself.</summary>
    public TimeSpan RegistrationTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The view of the store is given up when nobody has asked for so long: it holds memory.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest wait of a long poll.</summary>
    public TimeSpan LongestPoll { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A long poll that was woken looks once more after this, so that many changes make one answer.</summary>
    public TimeSpan PollPause { get; init; } = TimeSpan.FromMilliseconds(20);
}
