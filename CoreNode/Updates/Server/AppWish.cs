namespace CoreNode.Updates.Server;

/// <summary>What an application shall be; null leaves as it is, or takes the default of a new one.</summary>
public sealed record AppWish
{
    /// <summary>Of a new one: its identity; a random one if null.</summary>
    public string? Id { get; init; }

    /// <summary>Needed for a new one.</summary>
    public string? Name { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>Id or name of the group for machines of unknown groups; empty for none.</summary>
    public string? DefaultGroup { get; init; }
}
