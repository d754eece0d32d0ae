using CoreNode.Store;

namespace CoreNode.Tests.Simulation.Units;

/// <summary>An entry of the store's log.</summary>
/// <param name="Command">What is done; null: nothing, the beginning of a term.</param>
/// <param name="Term">Term of the leader that took it.</param>
/// <param name="Home">The member whose client waits for it; null: nobody.</param>
/// <param name="Answer">Told by that member when it applies it.</param>
internal sealed record StoreEntry(byte[]? Command, ulong Term, StoreMember? Home, Action<KeyOutcome>? Answer);
