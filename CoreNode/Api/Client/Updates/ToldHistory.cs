using CoreNode.Updates.Desk;

namespace CoreNode.Api.Client.Updates;

/// <summary>A history that a node told.</summary>
/// <param name="View">What it says.</param>
/// <param name="Json">As it came, without line feed.</param>
public sealed record ToldHistory(UpdateHistoryView View, string Json);
