namespace CoreNode.Updates.Lifecycle;

/// <summary>The network interfaces of this machine.</summary>
/// <param name="LeadOut">True if one of them leads out of the machine, with or without carrier.</param>
/// <param name="Text">How they are, for people, without a full stop.</param>
public sealed record MachineLinks(bool LeadOut, string Text);
