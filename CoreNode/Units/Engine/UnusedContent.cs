using CoreNode.Foundation;

namespace CoreNode.Units.Engine;

/// <summary>Content that no job uses.</summary>
/// <param name="Written">Index of its last write: whoever submits it again writes it again.</param>
/// <param name="Since">Since when nobody uses it.</param>
public sealed record UnusedContent(StoreIndex Written, DateTimeOffset Since);
