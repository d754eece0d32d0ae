namespace CoreNode.Updates.Server.Parcels;

/// <summary>What a part of a parcel is.</summary>
internal enum ParcelEntryKind
{
    /// <summary>What is in the parcel, JSON.</summary>
    Facts = 1,

    /// <summary>A database.</summary>
    Database = 2,

    /// <summary>A file of a package; its name is its SHA-256.</summary>
    File = 3,

    /// <summary>Nothing follows.</summary>
    End = 255,
}
