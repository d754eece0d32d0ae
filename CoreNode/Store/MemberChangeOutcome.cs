namespace CoreNode.Store;

/// <summary>What became of a <see cref="MemberChange"/>.</summary>
/// <param name="Code">For programs.</param>
/// <param name="Message">For people; empty when done.</param>
/// <param name="Member">The member that was added.</param>
public sealed record MemberChangeOutcome(MemberChangeCode Code, string Message, Member? Member);
