namespace CoreNode.Provision.Model;

/// <summary>Only owner and mode of what is there change.</summary>
public sealed record SetAttributes(string Path, int Mode, uint User, uint Group, PathFact Before, string From)
    : Change(Path, From);
