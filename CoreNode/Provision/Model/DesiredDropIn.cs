namespace CoreNode.Provision.Model;

/// <summary>A drop-in of a unit: its file name, which ends in ".conf", and its text.</summary>
public sealed record DesiredDropIn(string Name, string Content);
