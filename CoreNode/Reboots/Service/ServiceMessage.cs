using CoreNode.Reboots.Desk;

namespace CoreNode.Reboots.Service;

/// <summary>What comes to the loop: a fact, or an order with who waits for its answer.</summary>
/// <param name="Fact">What happened.</param>
/// <param name="Reply">Who waits; null: nobody.</param>
internal sealed record ServiceMessage(RebootFact Fact, TaskCompletionSource<RebootWishResult>? Reply = null);
