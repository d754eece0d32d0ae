using CoreNode.Updates.Rollout;

namespace CoreNode.Updates.Server;

/// <summary>Where a channel's package goes next, and when it may.</summary>
/// <param name="To">Number of the channel, of the same application and board.</param>
/// <param name="Rule">When.</param>
public sealed record ChannelPromotion(long To, PromotionRule Rule);
