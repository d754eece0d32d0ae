namespace CoreNode.Store;

/// <summary>A started watch, or why it could not start (401: history cleared). Exactly one is set.</summary>
public readonly record struct WatchOutcome(IWatch? Watch, KeyError? Error);
