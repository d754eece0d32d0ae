using CoreNode.Foundation;
using CoreNode.Wal;

namespace CoreNode.Tests.Simulation;

/// <summary>What kind of cluster, network, disks and clients a seed has. Times are in nanoseconds.</summary>
internal sealed record SimulationPlan
{
    /// <summary>A millisecond.</summary>
    public const long Millisecond = 1_000_000;

    /// <summary>A second.</summary>
    public const long Second = 1_000_000_000;

    /// <summary>Faults begin and end within this time; what follows is peace.</summary>
    public const long Turmoil = 60 * Second;

    /// <summary>Segments so small that there are many, and that copying a disk costs little.</summary>
    public static readonly WalOptions Log = new()
    {
        FirstSegmentBytes = 16 << 10,
        SegmentSizeBytes = 32 << 10,
        ReserveBytes = 16 << 10,
    };

    /// <summary>The seed of it all.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Members at the first start.</summary>
    public required int Members { get; init; }

    /// <summary>Clients.</summary>
    public required int Clients { get; init; }

    /// <summary>Keys that all clients share.</summary>
    public required int Keys { get; init; }

    /// <summary>How long a client waits between two requests, at most.</summary>
    public required long Think { get; init; }

    /// <summary>Log entries between snapshots.</summary>
    public required ulong SnapshotCount { get; init; }

    /// <summary>Applied entries that stay in memory for those who lag.</summary>
    public required ulong RetainedEntries { get; init; }

    /// <summary>Events that watches can go back to.</summary>
    public required int HistoryCapacity { get; init; }

    /// <summary>Time between heartbeats.</summary>
    public required TimeSpan Heartbeat { get; init; }

    /// <summary>Election timeout.</summary>
    public required TimeSpan Election { get; init; }

    /// <summary>Shortest way of a message.</summary>
    public required long Latency { get; init; }

    /// <summary>What a message may take longer.</summary>
    public required long Jitter { get; init; }

    /// <summary>Chance that a connection breaks at a message.</summary>
    public required double Loss { get; init; }

    /// <summary>Chance that a Raft message arrives twice.</summary>
    public required double Duplication { get; init; }

    /// <summary>Chance that what was on its way when a connection broke arrives later after all.</summary>
    public required double Late { get; init; }

    /// <summary>Longest usual sync.</summary>
    public required long Sync { get; init; }

    /// <summary>Most that a clock runs fast or slow.</summary>
    public required double ClockDrift { get; init; }

    /// <summary>Faults to come, at least.</summary>
    public required int Faults { get; init; }

    /// <summary>True if members come and go.</summary>
    public required bool ChangesMembers { get; init; }

    /// <summary>True if some values take several sectors of the disk.</summary>
    public required bool HasLargeValues { get; init; }

    /// <summary>A bug that the ports bring about.</summary>
    public PlantedBug Bug { get; init; }

    /// <summary>
    /// Does not look whether promises are durable when they leave, nor at the members' states: to see that a bug is
    /// found by what comes of it, too.
    /// </summary>
    public bool TrustsMembers { get; init; }

    /// <summary>Draws it all from a seed.</summary>
    public static SimulationPlan Of(ulong seed, PlantedBug bug = PlantedBug.None)
    {
        Prng chance = new Prng(seed).Child("plan");
        int size = chance.Next(100);
        bool isFar = chance.Chance(0.2);
        TimeSpan heartbeat = TimeSpan.FromMilliseconds(chance.Chance(0.7) ? 100 : 50);
        return new SimulationPlan
        {
            Seed = seed,
            Members = size < 12 ? 1 : size < 65 ? 3 : 5,
            Clients = 5 + chance.Next(3),
            Keys = 1 + chance.Next(5),
            Think = (chance.Chance(0.15) ? 50 : 200 + chance.Next(800)) * Millisecond,
            SnapshotCount = (ulong)(chance.Chance(0.7) ? 30 + chance.Next(200) : 100_000),
            RetainedEntries = (ulong)(chance.Chance(0.6) ? 10 + chance.Next(100) : 5000),
            HistoryCapacity = chance.Chance(0.5) ? 60 : 1000,
            Heartbeat = heartbeat,
            Election = heartbeat * (chance.Chance(0.7) ? 10 : 5),
            Latency = isFar ? 20 * Millisecond : (50 + chance.Next(500)) * 1000,
            Jitter = isFar ? 60 * Millisecond : (100 + chance.Next(3000)) * 1000,
            Loss = chance.Chance(0.5) ? 0 : chance.NextDouble() * 0.01,
            Duplication = chance.Chance(0.5) ? 0 : chance.NextDouble() * 0.05,
            Late = chance.NextDouble() * 0.5,
            Sync = (1 + chance.Next(10)) * Millisecond,
            ClockDrift = chance.Chance(0.5) ? 0 : 0.1,
            Faults = 6 + chance.Next(20),
            ChangesMembers = chance.Chance(0.3),
            HasLargeValues = chance.Chance(0.3),
            Bug = bug,
        };
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Members} members, {Clients} clients, {Keys} keys, snapshots every {SnapshotCount}, latency "
        + $"{Latency / 1000}+{Jitter / 1000} µs, sync {Sync / 1000} µs, loss {Loss:F4}, {Faults} faults, bug {Bug}";
}
