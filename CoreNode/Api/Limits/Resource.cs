namespace CoreNode.Api.Limits;

/// <summary>What is counted for each client and for all together.</summary>
internal enum Resource
{
    /// <summary>Open connections.</summary>
    Connection,

    /// <summary>Watches that wait or are told.</summary>
    Watch,

    /// <summary>Requests under way; of a client only.</summary>
    Request,

    /// <summary>Writes that wait for the log.</summary>
    Write,

    /// <summary>Long listings and snapshots being sent.</summary>
    Listing,

    /// <summary>Bytes of bodies.</summary>
    Body,

    /// <summary>Bytes of long heads that are not complete.</summary>
    Head,
}
