namespace CoreNode.Platform.Tls;

/// <summary>A TLS connection cannot be made, or cannot go on; the message is what the library says.</summary>
public sealed class TlsFailureException(string message) : Exception(message)
{
    /// <summary>The certificate that was the reason, as the other side showed it (DER); null for another reason.</summary>
    public byte[]? Refused { get; init; }
}
