namespace CoreNode.Updates.Applying;

/// <summary>
/// What applying adds to the codes of payloads: update_engine's numbers, and from 101 on those of the lifecycle. A test
/// compares them with its table.
/// </summary>
public static class ApplyCodes
{
    /// <summary>Nothing more is known.</summary>
    public const int Error = 1;

    /// <summary>The slot that the payload copies from cannot be read.</summary>
    public const int SourceRead = 4;

    /// <summary>The target slot cannot be opened, or is not one to write to.</summary>
    public const int SlotOpen = 7;

    /// <summary>There is no place, or no room, for a kernel beside the slot.</summary>
    public const int KernelOpen = 8;

    /// <summary>The transfer broke.</summary>
    public const int Transfer = 9;

    /// <summary>The payload is not the one that was announced, or that was judged.</summary>
    public const int PayloadHash = 10;

    /// <summary>The payload has another size.</summary>
    public const int PayloadSize = 11;

    /// <summary>Writing to the slot failed.</summary>
    public const int Write = 14;

    /// <summary>The slot reads back with another hash.</summary>
    public const int SlotHash = 15;

    /// <summary>The kernel beside the slot reads back with another hash.</summary>
    public const int KernelHash = 16;

    /// <summary>No key is trusted, or the keys cannot be read.</summary>
    public const int NoKey = 18;

    /// <summary>What says how far an earlier run came cannot be read or written.</summary>
    public const int Checkpoint = 20;

    /// <summary>What came is no payload.</summary>
    public const int NoPayload = 21;

    /// <summary>There is no such slot, or it is too small.</summary>
    public const int NoSlot = 108;

    /// <summary>An address is not allowed.</summary>
    public const int Redirect = 110;

    /// <summary>The server's certificate is not trusted.</summary>
    public const int Untrusted = 111;
}
