using System.Collections.Immutable;

namespace CoreNode.Tests.EndToEnd.Clusters;

/// <summary>What the network does to packets between places (0 is the clients', 1… the members'). Immutable.</summary>
internal sealed record LinkFaults
{
    /// <summary>Nothing.</summary>
    public static LinkFaults None { get; } = new();

    /// <summary>Ways on which every packet is lost, from and to.</summary>
    public ImmutableHashSet<(int From, int To)> Cut { get; init; } = [];

    /// <summary>Share of the packets between members that is lost.</summary>
    public double Loss { get; init; }

    /// <summary>How long each packet between members takes, one way.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Up to this is added to the delay, drawn for each packet: they overtake each other.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>This one and nobody else can talk, in either direction.</summary>
    public LinkFaults WithoutLink(int place, int places) => this with
    {
        Cut = Cut.Union(Enumerable.Range(0, places).Where(other => other != place)
            .SelectMany(other => new[] { (place, other), (other, place) })),
    };

    /// <summary>These two cannot talk, in either direction; all others can.</summary>
    public LinkFaults WithoutPair(int one, int other) => this with { Cut = Cut.Union([(one, other), (other, one)]) };

    /// <summary>Packets of the first to the second are lost; the way back works.</summary>
    public LinkFaults WithoutWay(int from, int to) => this with { Cut = Cut.Add((from, to)) };
}
