namespace CoreNode.Updates.Sharing;

/// <summary>Asks another node for the bytes of a payload.</summary>
/// <param name="Sha256">Its hash, in small hex digits.</param>
/// <param name="From">The first byte that is wanted.</param>
/// <param name="IsKeeper">True if who asks keeps it for others.</param>
internal sealed record PeerQuestion(string Sha256, long From, bool IsKeeper)
{
    /// <summary>The machine that asks; empty: it does not say so.</summary>
    public string Machine { get; init; } = "";
}
