namespace CoreNode.Provision.Model;

/// <summary>A file or link goes; a folder with what is in it where <paramref name="IsWhole"/>.</summary>
public sealed record RemovePath(string Path, bool IsWhole, PathFact Before, string From) : Change(Path, From);
