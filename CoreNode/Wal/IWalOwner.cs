namespace CoreNode.Wal;

/// <summary>
/// Who is told what became of appends. Called on the Wal thread, one call at a time: post a message and return. Must
/// not dispose the <see cref="WalThread"/> from within a call.
/// </summary>
public interface IWalOwner
{
    /// <summary>Everything up to and including this append is durable. Numbers rise; some are skipped.</summary>
    void Persisted(long appendNumber);

    /// <summary>
    /// A write or sync failed, so what the disk holds is unknown: the node must stop. Called once; nothing is retried
    /// and nothing is persisted any more.
    /// </summary>
    void Failed(Exception fault);

    /// <summary>
    /// True: no room for the next segment; refuse normal writes, small deletes and configuration still find room.
    /// False: there is room again.
    /// </summary>
    void DiskFullChanged(bool isFull);
}
