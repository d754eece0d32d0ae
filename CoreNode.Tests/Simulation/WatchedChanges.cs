using System.Text;
using CoreNode.Store;
using CoreNode.Tests.Histories;

namespace CoreNode.Tests.Simulation;

/// <summary>The store's events as histories write them.</summary>
internal static class WatchedChanges
{
    public static WatchedChange Of(KeyEvent change) => new(
        change.Index.Value,
        Encoding.UTF8.GetString(change.Node.Key),
        change.Action switch
        {
            KeyAction.Set => "set",
            KeyAction.Create => "create",
            KeyAction.Update => "update",
            KeyAction.CompareAndSwap => "compareAndSwap",
            KeyAction.Delete => "delete",
            KeyAction.CompareAndDelete => "compareAndDelete",
            KeyAction.Expire => "expire",
            _ => throw new ArgumentException($"{change.Action} is no change"),
        },
        change.Node.HasValue ? Encoding.UTF8.GetString(change.Node.Value) : null);
}
