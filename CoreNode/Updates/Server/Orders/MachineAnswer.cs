namespace CoreNode.Updates.Server.Orders;

/// <summary>A machine, or none.</summary>
internal sealed record MachineAnswer(MachineView? Machine);
