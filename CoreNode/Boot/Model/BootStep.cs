namespace CoreNode.Boot.Model;

/// <summary>A step of the boot stage.</summary>
/// <param name="Name">In one or two words.</param>
/// <param name="AtMs">When it was done, in milliseconds since the machine was started.</param>
public sealed record BootStep(string Name, double AtMs);
