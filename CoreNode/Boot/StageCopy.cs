using CoreNode.Boot.Model;

namespace CoreNode.Boot;

/// <summary>What lies in one copy of the boot stage.</summary>
/// <param name="Name">a or b.</param>
/// <param name="About">What it says of itself; null if it says nothing.</param>
/// <param name="Fault">Why it is not whole; null if it is.</param>
public sealed record StageCopy(char Name, StageAbout? About, string? Fault);
