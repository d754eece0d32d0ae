namespace CoreNode.Overlay.Links;

/// <summary>What becomes of the packets of a rule.</summary>
internal enum LineAction
{
    /// <summary>They pass; other tables may still change them.</summary>
    Pass,

    /// <summary>They get the address of the device they leave by.</summary>
    Masquerade,

    /// <summary>
    /// They get the source address that they have: what comes later cannot give them another one, since a connection is
    /// translated once.
    /// </summary>
    Keep,
}
