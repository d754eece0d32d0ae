namespace CoreNode.Proxy;

/// <summary>What a worker keeps on disk (docs/formats.md).</summary>
/// <param name="WorkerId">Its own identity, which decides who is its home.</param>
/// <param name="List">The members when they last changed; null before the first answer.</param>
public sealed record RememberedMembers(ulong WorkerId, MemberList? List);
