using CoreNode.Foundation;

namespace CoreNode.Overlay.Model;

/// <summary>A key below "subnets" as the store has it.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="Text">Its value.</param>
/// <param name="Created">Index of the change that made it.</param>
/// <param name="Modified">Index of its last change.</param>
/// <param name="Expiration">When it expires, as the store says; null: never.</param>
public sealed record StoredLease(
    string Name, string Text, StoreIndex Created, StoreIndex Modified, DateTimeOffset? Expiration);
