namespace CoreNode.Updates.Client.Exchange;

/// <summary>Ways in which a transfer from an update server fails.</summary>
public enum TransferFaultKind
{
    /// <summary>A name could not be resolved.</summary>
    Resolve,

    /// <summary>No connection could be made.</summary>
    Connect,

    /// <summary>A proxy refused.</summary>
    Proxy,

    /// <summary>TLS could not be agreed on, or the certificate is not acceptable.</summary>
    Tls,

    /// <summary>Nothing, or next to nothing, came for too long.</summary>
    Stalled,

    /// <summary>The connection broke before everything was there.</summary>
    Broken,

    /// <summary>An answer with a status that is no success.</summary>
    Status,

    /// <summary>A redirect that is not followed.</summary>
    Redirect,

    /// <summary>More or less came than was announced, or more than is taken.</summary>
    Size,

    /// <summary>What came is of another kind.</summary>
    Content,
}
