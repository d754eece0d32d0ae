using System.Buffers;
using CoreNode.Foundation;

namespace CoreNode.Store;

/// <summary>One backup in the making: the bytes of a snapshot file, a piece at a time. One thread at a time.</summary>
public interface IBackup
{
    /// <summary>The log position that it is of.</summary>
    LogIndex Index { get; }

    /// <summary>Writes the next piece, 64 KiB or one record; false, without writing, once all is written.</summary>
    bool WriteChunk(IBufferWriter<byte> output);
}
