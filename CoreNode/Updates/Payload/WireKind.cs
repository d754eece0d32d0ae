namespace CoreNode.Updates.Payload;

/// <summary>How a protobuf value is written.</summary>
internal enum WireKind
{
    /// <summary>Seven bits a byte.</summary>
    Varint = 0,

    /// <summary>Eight bytes.</summary>
    Fixed64 = 1,

    /// <summary>A length and that many bytes: texts, hashes, nested messages.</summary>
    Bytes = 2,

    /// <summary>Four bytes.</summary>
    Fixed32 = 5,
}
