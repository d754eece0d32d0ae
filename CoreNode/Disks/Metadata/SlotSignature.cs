namespace CoreNode.Disks.Metadata;

/// <summary>A signature over a slot's metadata. What its bytes mean is up to who signs and who verifies.</summary>
/// <param name="KeyId">Which key, up to 255 bytes.</param>
/// <param name="Value">The signature.</param>
public sealed record SlotSignature(ReadOnlyMemory<byte> KeyId, ReadOnlyMemory<byte> Value);

/// <summary>Signs a message with each key that shall vouch for the slot.</summary>
public delegate IReadOnlyList<SlotSignature> SlotSigner(ReadOnlySpan<byte> message);

/// <summary>Says why the signatures of a message are not enough; null if they are.</summary>
public delegate string? SlotVerifier(ReadOnlySpan<byte> message, IReadOnlyList<SlotSignature> signatures);
