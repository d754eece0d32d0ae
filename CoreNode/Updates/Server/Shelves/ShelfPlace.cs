namespace CoreNode.Updates.Server.Shelves;

/// <summary>A file on the shelf. Owned by it.</summary>
internal sealed class ShelfPlace(long size)
{
    /// <summary>Bytes.</summary>
    public long Size { get; } = size;

    /// <summary>How many are about to make a package of it.</summary>
    public int Pins { get; set; }
}
