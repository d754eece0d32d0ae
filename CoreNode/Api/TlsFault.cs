namespace CoreNode.Api;

/// <summary>Why a TLS connection of a client was not served; each has its label in the metric.</summary>
internal enum TlsFault
{
    /// <summary>What came was no TLS.</summary>
    NoTls,

    /// <summary>The two sides could not agree, or the client refused the certificate.</summary>
    Handshake,

    /// <summary>Its certificate is not good, or it showed none.</summary>
    Certificate,

    /// <summary>It took too long.</summary>
    Silent,

    /// <summary>It went away.</summary>
    Left,

    /// <summary>Too many handshakes were under way.</summary>
    TooMany,
}
