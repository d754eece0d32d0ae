namespace CoreNode.Tests.Histories;

/// <summary>What a client may ask of a key: etcd's v2 requests for plain keys without a time to live.</summary>
internal enum HistoryKind
{
    /// <summary>A linearizable read (quorum=true).</summary>
    Get,

    /// <summary>PUT without conditions.</summary>
    Set,

    /// <summary>PUT prevExist=false.</summary>
    Create,

    /// <summary>PUT prevExist=true.</summary>
    Update,

    /// <summary>PUT with prevValue, prevIndex or both.</summary>
    CompareAndSwap,

    /// <summary>DELETE without conditions.</summary>
    Delete,

    /// <summary>DELETE with prevValue, prevIndex or both.</summary>
    CompareAndDelete,
}
