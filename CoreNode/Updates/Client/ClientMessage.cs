using CoreNode.Updates.Desk;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Updates.Client;

/// <summary>What the client's loop is told.</summary>
internal abstract record ClientMessage
{
    private ClientMessage()
    {
    }

    /// <summary>Something happened.</summary>
    public sealed record Happened(UpdateFact Fact) : ClientMessage;

    /// <summary>Somebody orders something, and waits.</summary>
    public sealed record Ordered(UpdateOrder Order, TaskCompletionSource<UpdateOrderResult> Reply) : ClientMessage;

    /// <summary>Sending events is over; null: all that there were are sent.</summary>
    public sealed record SendingEnded(UpdateFailure? Failure) : ClientMessage;
}
