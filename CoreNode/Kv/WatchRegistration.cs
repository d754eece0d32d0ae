using CoreNode.Store;

namespace CoreNode.Kv;

/// <summary>One running watch, linked into the list of those on the same key.</summary>
internal sealed class WatchRegistration(WatchRequest request, ulong since, IWatcher watcher)
{
    /// <summary>Who is told.</summary>
    public IWatcher Watcher { get; } = watcher;

    /// <summary>Also told of what happens below the key.</summary>
    public bool IsRecursive { get; } = request.IsRecursive;

    /// <summary>Told more than once.</summary>
    public bool IsStream { get; } = request.IsStream;

    /// <summary>First store index of interest.</summary>
    public ulong Since { get; } = since;

    /// <summary>The list that it is in.</summary>
    public WatchList? List { get; set; }

    /// <summary>The one before it.</summary>
    public WatchRegistration? Previous { get; set; }

    /// <summary>The one after it.</summary>
    public WatchRegistration? Next { get; set; }
}
