namespace CoreNode.Updates.Payload;

/// <summary>What <see cref="PayloadReader.Read"/> came to.</summary>
public enum PayloadStep
{
    /// <summary>All input is taken; more is needed, from <see cref="PayloadReader.FileOffset"/> on.</summary>
    NeedsBytes = 1,

    /// <summary>The metadata is complete, signed by a trusted key, and makes sense: the time to judge it.</summary>
    Metadata = 2,

    /// <summary>An operation's data is there and is what was signed.</summary>
    Operation = 3,

    /// <summary>Everything was read, and the payload's signature is good.</summary>
    End = 4,

    /// <summary>The payload is refused, see <see cref="PayloadReader.Fault"/>; it stays so.</summary>
    Fault = 5,
}
