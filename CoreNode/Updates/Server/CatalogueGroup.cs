using CoreNode.Updates.Rollout;

namespace CoreNode.Updates.Server;

/// <summary>Machines that follow one channel by one policy. Immutable.</summary>
public sealed record CatalogueGroup
{
    /// <summary>A random identity (GUID without braces, small letters), or as it was given; never changes.</summary>
    public required string Id { get; init; }

    /// <summary>Id of the application.</summary>
    public required string App { get; init; }

    /// <summary>For people; unique in the application.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// What machines may call it besides (GROUP=). Groups for several boards may share one: the board decides then.
    /// </summary>
    public string Track { get; init; } = "";

    /// <summary>For people.</summary>
    public string Description { get; init; } = "";

    /// <summary>Id of the channel that it follows; null for none: nothing is offered.</summary>
    public long? Channel { get; init; }

    /// <summary>Who gets an update when.</summary>
    public required RolloutPolicy Policy { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }
}
