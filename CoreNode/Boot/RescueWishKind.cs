namespace CoreNode.Boot;

/// <summary>Kinds of wishes at the rescue console.</summary>
internal enum RescueWishKind
{
    /// <summary>Start that slot.</summary>
    Try,

    /// <summary>Start that slot, whoever signed it.</summary>
    TryUnsigned,

    /// <summary>Restart through the firmware.</summary>
    Reboot,

    /// <summary>Switch off.</summary>
    PowerOff,
}
