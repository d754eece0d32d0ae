namespace CoreNode.Api.Client.Units;

/// <summary>How a unit stands on a machine, as fleet's API tells it.</summary>
/// <param name="Name">Full name of the unit.</param>
/// <param name="Hash">Of its text there.</param>
/// <param name="MachineId">Where.</param>
/// <param name="Load">systemd's load state.</param>
/// <param name="Active">systemd's active state.</param>
/// <param name="Sub">systemd's sub state.</param>
public sealed record FleetState(string Name, string Hash, string MachineId, string Load, string Active, string Sub);
