namespace CoreNode.Provision.Model;

/// <summary>
/// A file gets this content and these attributes at once: written beside, owner and mode set, synced, renamed over
/// what bears the name.
/// </summary>
public sealed record PutFile(
    string Path, ReadOnlyMemory<byte> Content, int Mode, uint User, uint Group, PathFact Before, string From)
    : Change(Path, From)
{
    /// <summary>Content is not to be shown.</summary>
    public bool IsSecret { get; init; }
}
