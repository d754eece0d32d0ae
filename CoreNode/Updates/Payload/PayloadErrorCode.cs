namespace CoreNode.Updates.Payload;

/// <summary>
/// Why a payload is refused, by the numbers that update_engine reports to the server (its ErrorCode).
/// </summary>
public enum PayloadErrorCode
{
    /// <summary>The whole payload is not what the server announced.</summary>
    PayloadHashMismatch = 10,

    /// <summary>It is longer or shorter than announced.</summary>
    PayloadSizeMismatch = 11,

    /// <summary>The payload's signature does not fit.</summary>
    DownloadPayloadVerification = 12,

    /// <summary>What an image must be in the end is missing or cannot be.</summary>
    NewPartitionInfo = 13,

    /// <summary>There is no key to check a signature with.</summary>
    PayloadPubKeyVerification = 18,

    /// <summary>The position to go on from belongs to something else.</summary>
    DownloadStateInitialization = 20,

    /// <summary>It does not begin as a payload.</summary>
    InvalidMetadataMagic = 21,

    /// <summary>The manifest does not say where the signature is.</summary>
    SignatureMissingInManifest = 22,

    /// <summary>The manifest is not one, or contradicts itself or the bounds.</summary>
    ManifestParse = 23,

    /// <summary>The message of the metadata's signatures is not one.</summary>
    MetadataSignature = 24,

    /// <summary>No signature of the metadata is by a key that is trusted.</summary>
    MetadataSignatureMismatch = 26,

    /// <summary>The blocks that an operation reads are not what they must be.</summary>
    OperationHashVerification = 27,

    /// <summary>An operation's data cannot be unpacked to what it must fill.</summary>
    OperationExecution = 28,

    /// <summary>An operation's data, or what comes out of it, is not what the manifest says.</summary>
    OperationHashMismatch = 29,

    /// <summary>The lengths in the header cannot be.</summary>
    InvalidMetadataSize = 32,

    /// <summary>An operation has data without a hash.</summary>
    OperationHashMissing = 38,

    /// <summary>The metadata is not signed.</summary>
    MetadataSignatureMissing = 39,
}
