namespace CoreNode.Tests.Simulation;

/// <summary>Mistakes that the leases of machines could be made with, brought about on purpose.</summary>
internal enum LeaseBug
{
    /// <summary>None.</summary>
    None,

    /// <summary>A leader trusts its table after it was without a quorum.</summary>
    IgnoresGaps,

    /// <summary>A new leader does not wait for the leases of the one before.</summary>
    DoesNotWait,

    /// <summary>A machine goes on as soon as one member knows no leader.</summary>
    BelievesOne,

    /// <summary>A machine counts its lease from when the answer came, not from when it asked.</summary>
    CountsFromAnswer,
}
