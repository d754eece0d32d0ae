namespace CoreNode.Provision.Model;

/// <summary>A part of a file's content.</summary>
/// <param name="Content">What it is; empty while it is to be fetched.</param>
/// <param name="Remote">Where it is to be fetched from; null: it is here.</param>
public sealed record ContentPart(ReadOnlyMemory<byte> Content, RemoteContent? Remote)
{
    /// <summary>Nothing.</summary>
    public static readonly ContentPart Empty = new(default, null);
}
