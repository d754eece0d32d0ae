namespace CoreNode.Updates.Server.Parcels;

/// <summary>What a parcel of packages says of itself.</summary>
/// <param name="App">Id of the application.</param>
/// <param name="AppName">Its name, for a server that does not know it.</param>
/// <param name="Packages">The packages, without numbers.</param>
/// <param name="Floors">Versions that must not be left out, with board and reason.</param>
internal sealed record ParcelFacts(
    string App, string AppName, IReadOnlyList<CataloguePackage> Packages, IReadOnlyList<ParcelFloor> Floors);
