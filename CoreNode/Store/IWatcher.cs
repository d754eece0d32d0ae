namespace CoreNode.Store;

/// <summary>
/// Receives the changes that one watch asked for. Called on the loop that applies writes, in order, so it must only
/// queue and return.
/// </summary>
public interface IWatcher
{
    /// <summary>
    /// Takes a change. False says that its queue was full: the change is lost to it, the watch ends, and it is not
    /// called again.
    /// </summary>
    bool Offer(KeyEvent change);
}
