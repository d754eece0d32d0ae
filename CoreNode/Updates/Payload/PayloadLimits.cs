namespace CoreNode.Updates.Payload;

/// <summary>Every bound of the format: what is beyond is refused before memory is taken for it.</summary>
public static class PayloadLimits
{
    /// <summary>The only block size.</summary>
    public const int BlockSizeBytes = 4096;

    /// <summary>Most bytes of a manifest.</summary>
    public const int ManifestBytes = 64 << 20;

    /// <summary>Most bytes of a message of signatures.</summary>
    public const int SignatureBytes = 64 << 10;

    /// <summary>Most signatures in a message.</summary>
    public const int Signatures = 16;

    /// <summary>Most partitions.</summary>
    public const int Partitions = 16;

    /// <summary>Most operations of all partitions: images of 512 GiB in chunks of 2 MiB.</summary>
    public const int Operations = 1 << 18;

    /// <summary>Most extents of all operations; unpacked, a manifest takes at most about 200 MiB.</summary>
    public const int Extents = 1 << 22;

    /// <summary>Most bytes that one operation writes or reads of the old image; zeros may be more.</summary>
    public const int OperationBytes = 8 << 20;

    /// <summary>Most bytes of data of one operation.</summary>
    public const int DataBytes = OperationBytes;

    /// <summary>Most bytes of an image.</summary>
    public const ulong ImageBytes = 256UL << 30;

    /// <summary>Most bytes of a text of the manifest.</summary>
    public const int TextBytes = 128;

    /// <summary>Most kernels that a release names.</summary>
    public const int Kernels = 16;

    /// <summary>Most bytes of what a slot says of itself: it has a MiB for it, and uses 132 KiB at most.</summary>
    public const int SlotMetadataBytes = 132 << 10;

    /// <summary>Bytes of a SHA-256.</summary>
    public const int HashBytes = 32;
}
