namespace CoreNode.Updates.Sharing;

/// <summary>Where a node goes for the next bytes of a payload. Closed.</summary>
public abstract record SourceStep
{
    private SourceStep()
    {
    }

    /// <summary>To what it keeps itself.</summary>
    public sealed record Own : SourceStep;

    /// <summary>To a keeper.</summary>
    public sealed record Peer(Keeper Keeper) : SourceStep;

    /// <summary>To the server.</summary>
    /// <param name="To">Up to a byte where a keeper begins; 0: as far as it likes.</param>
    /// <param name="IsForAll">
    /// True if nobody else may have it before; else it looks again before long: a keeper may be there again.
    /// </param>
    public sealed record Server(long To, bool IsForAll) : SourceStep;

    /// <summary>
    /// It becomes a keeper, if nobody is faster; first whoever has the slot and is not there is removed.
    /// </summary>
    public sealed record Claim(int Slot, Keeper? InPlaceOf) : SourceStep;

    /// <summary>It looks again a little later.</summary>
    public sealed record Wait(string Reason) : SourceStep;
}
