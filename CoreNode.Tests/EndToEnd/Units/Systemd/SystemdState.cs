namespace CoreNode.Tests.EndToEnd.Units.Systemd;

/// <summary>A unit as the systemd of a node has it. Equal if nothing has been done to it.</summary>
/// <param name="Load">LoadState.</param>
/// <param name="Active">ActiveState.</param>
/// <param name="Sub">SubState.</param>
/// <param name="MainPid">Its main process as the node numbers it; 0: none.</param>
/// <param name="Invocation">Another one for each start.</param>
internal sealed record SystemdState(string Load, string Active, string Sub, int MainPid, string Invocation);
