namespace CoreNode.Systemd;

/// <summary>Whether units can be run by systemd here, and why not.</summary>
public sealed record SystemdFinding(bool IsUsable, string Reason);
