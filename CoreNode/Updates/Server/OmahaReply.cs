namespace CoreNode.Updates.Server;

/// <summary>The answer to a request.</summary>
/// <param name="HttpStatus">200, or 400 for what is no request of Omaha; the body is Omaha's all the same.</param>
/// <param name="Body">The XML.</param>
public sealed record OmahaReply(int HttpStatus, byte[] Body);
