using CoreNode.Reboots.Desk;

namespace CoreNode.Api.Client.Reboots;

/// <summary>A status that a node told.</summary>
/// <param name="View">What it says.</param>
/// <param name="Json">As it came, without line feed.</param>
public sealed record ToldReboot(RebootStatusView View, string Json);
