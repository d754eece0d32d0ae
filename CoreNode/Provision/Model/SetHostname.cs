namespace CoreNode.Provision.Model;

/// <summary>The running kernel takes this name (its file is a change of its own).</summary>
public sealed record SetHostname(string Name, string Before, string From) : Change(Name, From);
