namespace CoreNode.Cli.Images;

/// <summary>A container image of this machine.</summary>
/// <param name="Id">What it is, by its content.</param>
/// <param name="Names">Names with tags; empty if it has none.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="CreatedSeconds">When it was made, since 1970.</param>
internal sealed record EngineImage(string Id, IReadOnlyList<string> Names, long Bytes, long CreatedSeconds);
