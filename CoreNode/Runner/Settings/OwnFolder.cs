namespace CoreNode.Runner.Settings;

/// <summary>A folder that is made for a service and given to its user (RuntimeDirectory= …).</summary>
/// <param name="Variable">Variable that tells the service where it is.</param>
/// <param name="Path">Absolute.</param>
/// <param name="Mode">Its permissions.</param>
/// <param name="IsRemoved">It goes away when the service stops.</param>
internal sealed record OwnFolder(string Variable, string Path, int Mode, bool IsRemoved);
