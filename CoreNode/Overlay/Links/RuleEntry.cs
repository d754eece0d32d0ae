namespace CoreNode.Overlay.Links;

/// <summary>A rule of the own table as the kernel shows it.</summary>
/// <param name="Chain">In which chain.</param>
/// <param name="Line">What it says; null: nothing that CoreNode writes.</param>
internal sealed record RuleEntry(string Chain, FirewallLine? Line);
