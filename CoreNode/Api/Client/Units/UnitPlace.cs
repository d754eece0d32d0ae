namespace CoreNode.Api.Client.Units;

/// <summary>A unit on one machine.</summary>
/// <param name="Id">The machine.</param>
/// <param name="Ip">Its address; empty if unknown.</param>
/// <param name="Load">systemd's load state.</param>
/// <param name="Active">systemd's active state.</param>
/// <param name="Sub">systemd's sub state.</param>
/// <param name="Result">Result of the last run; empty if none.</param>
/// <param name="Since">When it came into its active state, RFC 3339; empty if not known.</param>
public sealed record UnitPlace(
    string Id, string Ip, string Load, string Active, string Sub, string Result, string Since);
