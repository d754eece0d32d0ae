namespace CoreNode.Updates.Client.Exchange;

/// <summary>What a transfer is for: update_engine has codes of its own for each.</summary>
internal enum TransferPurpose
{
    /// <summary>Omaha's documents: 2000 and the status.</summary>
    Omaha,

    /// <summary>A payload: 9 whatever the status.</summary>
    Payload,
}
