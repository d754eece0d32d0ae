using CoreNode.Foundation;
using CoreNode.Wal;

namespace CoreNode.Cluster;

/// <summary>The real <see cref="ILogWriter"/>: the Wal's own thread.</summary>
internal sealed class WalWriter(WalThread thread) : ILogWriter
{
    public long Append(WalAppend append) => thread.Append(append);

    public void ReleaseBefore(LogIndex index) => thread.ReleaseBefore(index);
}
