namespace CoreNode.Updates.Rollout;

/// <summary>Whether a release may be promoted.</summary>
/// <param name="IsReady">It may.</param>
/// <param name="Text">Why not, or what speaks for it, one line.</param>
/// <param name="Until">When it may if nothing else happens; null if it may now, or nobody knows.</param>
public sealed record PromotionVerdict(bool IsReady, string Text, DateTimeOffset? Until = null);
