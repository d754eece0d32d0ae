namespace CoreNode.Api;

/// <summary>What became of a request's body.</summary>
internal enum BodyState
{
    /// <summary>Nobody asked for it yet.</summary>
    Waiting,

    /// <summary>It was read to its end: the next bytes of the connection are a request line.</summary>
    Read,

    /// <summary>It is not wanted, and the connection ends after the answer.</summary>
    Refused,
}
