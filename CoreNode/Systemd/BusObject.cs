namespace CoreNode.Systemd;

/// <summary>An object that this process serves on D-Bus, by one interface.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Interface">Its interface.</param>
/// <param name="Members">Methods and signals of that.</param>
/// <param name="Handle">
/// Called on the connection's thread for each call of a method; it, or what it begins, answers.
/// </param>
internal sealed record BusObject(
    string Path, string Interface, IReadOnlyList<BusMember> Members, Action<BusRequest> Handle);
