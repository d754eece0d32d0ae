using CoreNode.Foundation;

namespace CoreNode.Cluster;

/// <summary>
/// Which applied entries stay in memory: enough that a member which was away for a moment is fed from the log instead
/// of by a snapshot, bounded by number and bytes. What the slowest member still needs stays longer, up to a second
/// bound, so that one which is being fed, or takes a snapshot, does not have to begin anew. Owned by the loop.
/// </summary>
internal sealed class LogRetention(ulong retainedEntries)
{
    /// <summary>Without other members nobody needs old entries.</summary>
    private const ulong EntriesAlone = 256;

    private const long Bytes = 16 << 20;
    private const long BytesForSlowMembers = 256 << 20;
    private const ulong EntriesAStretch = 64;

    private readonly Queue<Stretch> _stretches = new();
    private LogIndex _stretchEnd;
    private LogIndex _lastEnd;
    private long _stretchBytes;

    /// <summary>Bytes of what stays.</summary>
    internal long HeldBytes { get; private set; }

    /// <summary>Entries up to <paramref name="index"/> were applied.</summary>
    internal void Applied(LogIndex index, long bytes)
    {
        HeldBytes += bytes;
        _stretchBytes += bytes;
        _stretchEnd = index;
        if (index < _lastEnd + EntriesAStretch && _stretchBytes < Bytes / 16)
            return;
        _stretches.Enqueue(new Stretch(index, _stretchBytes));
        _lastEnd = index;
        _stretchBytes = 0;
    }

    /// <summary>True if something may go, unless a slow member needs it: asked first, since that costs more.</summary>
    internal bool HasSurplus(bool isAlone) =>
        _stretches.TryPeek(out Stretch head) && !MustKeep(head, _stretchEnd, isAlone);

    /// <summary>Up to where the log may be forgotten now; zero if nothing.</summary>
    /// <param name="slowest">What the slowest member that is being fed has; the applied index if there is none.</param>
    /// <param name="isAlone">True if there is no other member.</param>
    internal LogIndex CompactTo(LogIndex slowest, bool isAlone)
    {
        LogIndex target = LogIndex.Zero;
        while (_stretches.TryPeek(out Stretch head) && !MustKeep(head, slowest, isAlone))
        {
            _stretches.Dequeue();
            HeldBytes -= head.Bytes;
            target = head.End;
        }

        return target;
    }

    /// <summary>A snapshot replaced everything.</summary>
    internal void Reset()
    {
        _stretches.Clear();
        _stretchBytes = 0;
        HeldBytes = 0;
    }

    private bool MustKeep(Stretch head, LogIndex slowest, bool isAlone)
    {
        if (isAlone)
            return head.End + EntriesAlone > _stretchEnd;
        if (head.End > slowest && HeldBytes < BytesForSlowMembers)
            return true;
        return head.End + retainedEntries > _stretchEnd && HeldBytes < Bytes;
    }

    private readonly record struct Stretch(LogIndex End, long Bytes);
}
