namespace CoreNode.Reboots.Service.Ports;

/// <summary>One look at the health of a machine.</summary>
/// <param name="Verdict">What it says.</param>
/// <param name="Why">Why, in one line; of a healthy one what is to be remembered, mostly empty.</param>
public sealed record GateLook(RebootVerdict Verdict, string Why);
