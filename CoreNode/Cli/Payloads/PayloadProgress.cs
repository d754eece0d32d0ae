namespace CoreNode.Cli.Payloads;

/// <summary>How far a long work is.</summary>
/// <param name="Doing">"reading" …</param>
/// <param name="DoneBytes">Of it, so much.</param>
/// <param name="TotalBytes">All of it.</param>
public sealed record PayloadProgress(string Doing, long DoneBytes, long TotalBytes);
