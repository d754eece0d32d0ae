using CoreNode.Updates.Payload;

namespace CoreNode.Updates.Applying;

/// <summary>A payload whose metadata is verified, before its first operation.</summary>
/// <param name="Reader">Reads the rest.</param>
/// <param name="Verified">What the metadata says.</param>
internal sealed record OpenPayload(PayloadReader Reader, VerifiedPayload Verified);
