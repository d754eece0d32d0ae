namespace CoreNode.Updates.Server;

/// <summary>What was written to a file or taken out of it.</summary>
/// <param name="Bytes">Bytes in all.</param>
/// <param name="Packages">Versions of packages in it.</param>
/// <param name="Files">Payload files in it.</param>
/// <param name="Notes">What somebody should know: what was there already, what is missing. One line each.</param>
public sealed record ParcelReport(
    long Bytes, IReadOnlyList<string> Packages, int Files, IReadOnlyList<string> Notes);
