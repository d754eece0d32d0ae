using CoreNode.Updates.Lifecycle;

namespace CoreNode.Hosting.Updates.Sites;

/// <summary>What came of asking another machine what it reaches.</summary>
/// <param name="Account">What it says; null if it does not answer.</param>
/// <param name="Problem">Why it does not, for people; empty if it does.</param>
internal sealed record SiteReply(WitnessAccount? Account, string Problem = "");
