namespace CoreNode.Updates.Lifecycle;

/// <summary>
/// Why an update did not come about, by the numbers that servers and logs of CoreOS and Flatcar know; from 101 on
/// CoreNode's own. What a failed HTTP exchange is called is 2000 and its status.
/// </summary>
public enum UpdateError
{
    /// <summary>It did.</summary>
    Success = 0,

    /// <summary>Nothing more is known.</summary>
    Error = 1,

    /// <summary>The request to the server could not be made or sent.</summary>
    OmahaRequest = 2,

    /// <summary>The server's answer could not be acted upon.</summary>
    OmahaResponseHandler = 3,

    /// <summary>Copying the running slot failed (older clients copy it first).</summary>
    FilesystemCopier = 4,

    /// <summary>The new version's own last step failed.</summary>
    PostinstallRunner = 5,

    /// <summary>The slot's attributes could not be written.</summary>
    SetBootableFlag = 6,

    /// <summary>The target slot could not be opened.</summary>
    InstallDeviceOpen = 7,

    /// <summary>The place of the kernel could not be opened.</summary>
    KernelDeviceOpen = 8,

    /// <summary>The transfer broke.</summary>
    DownloadTransfer = 9,

    /// <summary>The whole payload has another hash.</summary>
    PayloadHashMismatch = 10,

    /// <summary>The payload has another size than announced.</summary>
    PayloadSizeMismatch = 11,

    /// <summary>The payload's signature could not be verified.</summary>
    DownloadPayloadVerification = 12,

    /// <summary>The payload does not say what the new slot must look like.</summary>
    NewPartitionInfo = 13,

    /// <summary>Writing to the target slot failed.</summary>
    DownloadWrite = 14,

    /// <summary>The written slot has another hash when read back.</summary>
    NewRootfsVerification = 15,

    /// <summary>The written kernel has another hash when read back.</summary>
    NewKernelVerification = 16,

    /// <summary>The payload is not signed.</summary>
    SignedDeltaPayloadExpected = 17,

    /// <summary>No trusted key made the payload's signature.</summary>
    PayloadPubKeyVerification = 18,

    /// <summary>The firmware runs from its second copy (ChromeOS).</summary>
    BootedFromFirmwareB = 19,

    /// <summary>The writing could not be begun or resumed.</summary>
    DownloadStateInit = 20,

    /// <summary>What came is no payload.</summary>
    InvalidMetadataMagic = 21,

    /// <summary>The manifest does not say where the signature is.</summary>
    SignatureMissingInManifest = 22,

    /// <summary>The manifest cannot be read.</summary>
    ManifestParse = 23,

    /// <summary>The metadata's signature cannot be read.</summary>
    MetadataSignature = 24,

    /// <summary>The metadata's signature could not be verified.</summary>
    MetadataSignatureVerification = 25,

    /// <summary>No trusted key made the metadata's signature.</summary>
    MetadataSignatureMismatch = 26,

    /// <summary>An operation's hash could not be verified.</summary>
    OperationHashVerification = 27,

    /// <summary>An operation could not be carried out.</summary>
    OperationExecution = 28,

    /// <summary>An operation's data has another hash.</summary>
    OperationHashMismatch = 29,

    /// <summary>The server's answer was empty.</summary>
    OmahaEmptyResponse = 30,

    /// <summary>The server's answer is not readable XML.</summary>
    OmahaXmlParse = 31,

    /// <summary>The metadata's size is out of bounds.</summary>
    InvalidMetadataSize = 32,

    /// <summary>The metadata's signature is malformed.</summary>
    InvalidMetadataSignature = 33,

    /// <summary>The server's answer lacks what it must hold.</summary>
    OmahaResponseInvalid = 34,

    /// <summary>An offer was passed over by a rule of the machine.</summary>
    IgnoredPerPolicy = 35,

    /// <summary>An offer was put off by a rule of the machine.</summary>
    DeferredPerPolicy = 36,

    /// <summary>The server answered with an HTTP error.</summary>
    OmahaHttp = 37,

    /// <summary>An operation has data but no hash.</summary>
    OperationHashMissing = 38,

    /// <summary>The metadata is not signed.</summary>
    MetadataSignatureMissing = 39,

    /// <summary>An offer was put off because the same payload failed before.</summary>
    DeferredForBackoff = 40,

    /// <summary>The machine is being reset to its first state.</summary>
    Powerwash = 41,

    /// <summary>The measured-boot policy could not be verified.</summary>
    PcrPolicyVerification = 42,

    /// <summary>The measured-boot policy could not be sent.</summary>
    PcrPolicyHttp = 43,

    /// <summary>The machine went back to the version before.</summary>
    Rollback = 44,

    /// <summary>Internal: not done yet.</summary>
    Incomplete = 100,

    /// <summary>The signed release is past its date.</summary>
    ReleaseExpired = 101,

    /// <summary>The signed release is older than what the machine has had.</summary>
    ReleaseOlder = 102,

    /// <summary>The signed release is for other machines.</summary>
    WrongBoard = 103,

    /// <summary>The signed release is of another product.</summary>
    WrongApplication = 104,

    /// <summary>This version rolled back here before.</summary>
    KnownBad = 105,

    /// <summary>The payload is of another version than the server offered.</summary>
    ReleaseMismatch = 106,

    /// <summary>The operator stopped it.</summary>
    Cancelled = 107,

    /// <summary>There is no slot to write to, or it is too small.</summary>
    NoTargetSlot = 108,

    /// <summary>A step took longer than it may.</summary>
    TimedOut = 109,

    /// <summary>An address is not allowed: a redirect from HTTPS to plain HTTP, or too many redirects.</summary>
    RedirectRefused = 110,

    /// <summary>The server's certificate is not trusted.</summary>
    ServerNotTrusted = 111,

    /// <summary>The node ended in the middle of a step.</summary>
    Interrupted = 112,

    /// <summary>The signed release can only be taken from a later one than the one that runs.</summary>
    StepMissing = 113,
}
