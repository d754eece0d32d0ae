namespace CoreNode.Tests.Fuzzing;

/// <summary>One request as bytes, and what its answer looks like.</summary>
/// <param name="Bytes">What is sent.</param>
/// <param name="IsHead">Its answer has no body.</param>
/// <param name="IsEndless">Its answer may never end: only the head of it is read, and the connection closed.</param>
internal sealed record FuzzRequest(byte[] Bytes, bool IsHead, bool IsEndless);
