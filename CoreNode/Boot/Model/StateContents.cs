using System.Buffers.Binary;

namespace CoreNode.Boot.Model;

/// <summary>Looks at a partition's beginning.</summary>
public static class StateContents
{
    /// <summary>How much is looked at: what wipes a partition clears at least that.</summary>
    public const int HeadBytes = 1 << 20;

    /// <summary>What these bytes begin. Nothing is empty but zeros.</summary>
    public static StateContent Judge(ReadOnlySpan<byte> head)
    {
        const int MagicAt = 1024 + 0x38;
        if (head.Length > MagicAt + 1 && BinaryPrimitives.ReadUInt16LittleEndian(head[MagicAt..]) == 0xEF53)
            return StateContent.Ext4;
        return head.ContainsAnyExcept((byte)0) ? StateContent.Foreign : StateContent.Empty;
    }
}
