namespace CoreNode.Provision.Model;

/// <summary>A variable of /etc/environment.</summary>
public sealed record DesiredVariable(string Name, string Value);
