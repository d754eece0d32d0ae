namespace CoreNode.Updates.Server;

/// <summary>A version that machines below it must not leave out on their way.</summary>
/// <param name="Package">Id of its package.</param>
/// <param name="Reason">Why, for people; machines that understand floors are told.</param>
public sealed record CatalogueFloor(long Package, string Reason);
