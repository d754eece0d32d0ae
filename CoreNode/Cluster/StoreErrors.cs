using CoreNode.Store;

namespace CoreNode.Cluster;

/// <summary>Answers for writes that the log could not take or confirm; texts are etcd's where etcd has one.</summary>
internal static class StoreErrors
{
    internal const string TimedOutText = "etcdserver: request timed out";

    internal const string LostLeadershipText =
        "etcdserver: request timed out, possibly due to previous leader failure";

    internal static readonly KeyError TimedOut = KeyError.Of(ErrorCode.RaftInternal, TimedOutText);

    internal static readonly KeyError LostLeadership = KeyError.Of(ErrorCode.RaftInternal, LostLeadershipText);

    /// <summary>Not 300, after which a write may still happen: this one never will.</summary>
    internal static readonly KeyError TermIsOver = KeyError.Of(
        ErrorCode.LeaderElection,
        "corenode: this member does not lead any more in the term in which this was decided; nothing was written, and "
        + "whoever leads now decides anew");

    internal static readonly KeyError TooManyRequests =
        KeyError.Of(ErrorCode.RaftInternal, "etcdserver: too many requests");

    internal static readonly KeyError Stopped = KeyError.Of(ErrorCode.RaftInternal, "etcdserver: server stopped");

    internal static readonly KeyError Diverged = KeyError.Of(
        ErrorCode.RaftInternal, "corenode: this member has stopped serving; its log says why. Ask another member");

    internal static readonly KeyError DiskFull = KeyError.Of(
        ErrorCode.RaftInternal,
        "corenode: the disk of the data folder is full; free some space there, or delete keys: deletes and reads still "
        + "work");
}
