namespace CoreNode.Overlay.Desk;

/// <summary>What became of a configuration.</summary>
public enum OverlayWishKind
{
    /// <summary>It is stored.</summary>
    Stored,

    /// <summary>The store has it already.</summary>
    Same,

    /// <summary>It is right, and was only to be checked.</summary>
    Checked,

    /// <summary>Something in it is wrong.</summary>
    Wrong,

    /// <summary>It is right, but machines would lose their subnets.</summary>
    Moving,

    /// <summary>Somebody else changed it meanwhile.</summary>
    Overtaken,

    /// <summary>The store cannot be asked, or refuses.</summary>
    Unavailable,
}
