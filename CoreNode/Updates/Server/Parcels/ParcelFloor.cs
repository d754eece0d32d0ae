namespace CoreNode.Updates.Server.Parcels;

/// <summary>A floor that goes along with its package.</summary>
internal sealed record ParcelFloor(string Version, string Board, string Reason);
