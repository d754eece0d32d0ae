using CoreNode.Provision.Model;

namespace CoreNode.Provision.Planning;

/// <summary>A link that enables a unit: whether it shall be there, and of which file of a unit.</summary>
internal sealed record UnitLink(string Path, string UnitPath, bool IsOn, DesiredUnit Wanted);
