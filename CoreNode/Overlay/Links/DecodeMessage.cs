namespace CoreNode.Overlay.Links;

/// <summary>Makes a value of a message's body; null: it is not one that is looked for.</summary>
internal delegate T? DecodeMessage<T>(ReadOnlySpan<byte> body)
    where T : class;
