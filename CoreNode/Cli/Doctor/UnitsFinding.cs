namespace CoreNode.Cli.Doctor;

/// <summary>What would run units on this machine.</summary>
/// <param name="HasSystemd">systemd; else the embedded runner.</param>
/// <param name="Reason">Why.</param>
public sealed record UnitsFinding(bool HasSystemd, string Reason);
