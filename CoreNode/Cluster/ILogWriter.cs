using CoreNode.Foundation;
using CoreNode.Wal;

namespace CoreNode.Cluster;

/// <summary>
/// Where the loop puts what must be durable. The real one hands it to the Wal thread; a simulation decides itself when
/// the answer <see cref="LogPersisted"/> comes.
/// </summary>
internal interface ILogWriter
{
    /// <summary>Queues an append and returns its number; never blocks.</summary>
    long Append(WalAppend append);

    /// <summary>What lies before that position is in a snapshot and may be recycled.</summary>
    void ReleaseBefore(LogIndex index);
}
