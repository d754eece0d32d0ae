namespace CoreNode.Provision.Model;

/// <summary>A link is made beside and renamed over what bears the name.</summary>
public sealed record PutLink(
    string Path, string Target, bool IsHard, uint User, uint Group, PathFact Before, string From)
    : Change(Path, From);
