namespace CoreNode.Platform;

/// <summary>One answer to "who serves this?" in DNS (RFC 2782).</summary>
/// <param name="Priority">Lower ones are tried first.</param>
/// <param name="Weight">Share among equal priorities.</param>
/// <param name="Port">TCP port.</param>
/// <param name="Target">Host name without the dot at its end, in lower case.</param>
public sealed record SrvRecord(ushort Priority, ushort Weight, ushort Port, string Target);
