namespace CoreNode.Provision.Model;

/// <summary>A script runs as a transient unit, last of all.</summary>
public sealed record RunScript(string Name, ReadOnlyMemory<byte> Content, string From) : Change(Name, From)
{
    /// <summary>What is noted once it ran, as <see cref="UnitWork.Mark"/>.</summary>
    public string Mark { get; init; } = "";
}
