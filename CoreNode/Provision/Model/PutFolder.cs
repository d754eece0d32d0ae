namespace CoreNode.Provision.Model;

/// <summary>A folder is made; its parents are there or come before it in the plan.</summary>
public sealed record PutFolder(string Path, int Mode, uint User, uint Group, string From) : Change(Path, From);
