namespace CoreNode.Updates.Server.Parcels;

/// <summary>The head of a part of a parcel.</summary>
internal sealed record ParcelEntry(ParcelEntryKind Kind, string Name, long Size);
