namespace CoreNode.Updates.Server.Parcels;

/// <summary>What a parcel is.</summary>
internal enum ParcelKind
{
    /// <summary>The whole server.</summary>
    Backup = 1,

    /// <summary>Packages for another server.</summary>
    Packages = 2,
}
