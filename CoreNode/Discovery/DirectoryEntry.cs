namespace CoreNode.Discovery;

/// <summary>One machine as it is written down in a directory.</summary>
/// <param name="Id">The last part of its key.</param>
/// <param name="Value">NAME=URL, once for each of its peer URLs, with commas.</param>
/// <param name="CreatedIndex">Who came first has the lowest.</param>
public sealed record DirectoryEntry(string Id, string Value, ulong CreatedIndex);
