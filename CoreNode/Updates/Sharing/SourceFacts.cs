using CoreNode.Foundation;

namespace CoreNode.Updates.Sharing;

/// <summary>What is known when a node looks for the next bytes of a payload.</summary>
public sealed record SourceFacts
{
    /// <summary>The byte that is wanted next.</summary>
    public required long From { get; init; }

    /// <summary>Where what this node keeps itself begins.</summary>
    public long OwnBase { get; init; }

    /// <summary>Where it ends; as the beginning: it keeps nothing.</summary>
    public long OwnEnd { get; init; }

    /// <summary>When this node became a keeper; zero: it is none.</summary>
    public StoreIndex Since { get; init; }

    /// <summary>True if this node could keep the payload.</summary>
    public bool CanKeep { get; init; }

    /// <summary>False if the store does not answer.</summary>
    public bool IsStoreThere { get; init; } = true;

    /// <summary>The other keepers of the payload.</summary>
    public IReadOnlyList<KeeperStanding> Keepers { get; init; } = [];

    /// <summary>Slots that nobody has.</summary>
    public IReadOnlyList<int> FreeSlots { get; init; } = [];

    /// <summary>Keepers that there should be without anybody's need.</summary>
    public int Wanted { get; init; } = 1;

    /// <summary>True if the last bytes came from the server: it has waited for others before, and goes on.</summary>
    public bool IsAtServer { get; init; }

    /// <summary>How long this node has been without bytes from anywhere.</summary>
    public TimeSpan Waited { get; init; }

    /// <summary>A number in [0, 1) of this node for this payload: nodes do not go on at one moment.</summary>
    public double Share { get; init; }

    /// <summary>A number in [0, 1), another one each time.</summary>
    public double Chance { get; init; }
}
