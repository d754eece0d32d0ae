using CoreNode.Foundation;
using CoreNode.Overlay.Model;
using CoreNode.Store;

namespace CoreNode.Overlay;

/// <summary>What happens to a network's loop: exactly one of the nested cases.</summary>
internal abstract record OverlayMessage
{
    private OverlayMessage()
    {
    }

    /// <summary>A followed key was read with all below it; null: it is not there.</summary>
    public sealed record Listed(string Key, KvNode? Node, StoreIndex Index) : OverlayMessage;

    /// <summary>Something at or below a followed key changed.</summary>
    public sealed record Changed(string Key, KvChange Change) : OverlayMessage;

    /// <summary>The store does not answer about a followed key.</summary>
    public sealed record Away(string Key, string Reason) : OverlayMessage;

    /// <summary>The store answered to a step, which began then.</summary>
    public sealed record Answered(LeaseStep Step, string Text, KvOutcome Outcome, long Began) : OverlayMessage;

    /// <summary>Somebody changed the kernel's network.</summary>
    public sealed record KernelChanged : OverlayMessage;

    /// <summary>Time has come for something.</summary>
    public sealed record Tick : OverlayMessage;
}
