namespace CoreNode.Updates.Sharing;

/// <summary>Asks for the next bytes of a payload.</summary>
/// <param name="Sha256">Its hash, in small hex digits.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="From">The byte that is wanted next.</param>
public sealed record ShareQuestion(string Sha256, long Size, long From)
{
    /// <summary>True while only the beginning is wanted, to read the metadata.</summary>
    public bool IsMetadata { get; init; }

    /// <summary>What came from the last source, from this byte on, was not what was signed.</summary>
    public bool IsBlamed { get; init; }

    /// <summary>Why what is fetched can no longer be kept here; empty: it can.</summary>
    public string Unkept { get; init; } = "";
}
