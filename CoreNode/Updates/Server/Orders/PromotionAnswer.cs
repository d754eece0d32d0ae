using CoreNode.Updates.Rollout;

namespace CoreNode.Updates.Server.Orders;

/// <summary>A verdict, or none.</summary>
internal sealed record PromotionAnswer(PromotionVerdict? Verdict);
