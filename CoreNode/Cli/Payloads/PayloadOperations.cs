namespace CoreNode.Cli.Payloads;

/// <summary>All operations of one kind.</summary>
/// <param name="Kind">"REPLACE_ZSTD" …</param>
/// <param name="Count">How many.</param>
/// <param name="DataBytes">What they take in the payload.</param>
/// <param name="WrittenBytes">What they write.</param>
public sealed record PayloadOperations(string Kind, int Count, ulong DataBytes, ulong WrittenBytes);
