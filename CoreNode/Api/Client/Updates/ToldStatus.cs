using CoreNode.Updates.Desk;

namespace CoreNode.Api.Client.Updates;

/// <summary>A status that a node told.</summary>
/// <param name="View">What it says.</param>
/// <param name="Json">As it came, without line feed.</param>
public sealed record ToldStatus(UpdateStatusView View, string Json);
