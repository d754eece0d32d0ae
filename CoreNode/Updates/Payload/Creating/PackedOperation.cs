namespace CoreNode.Updates.Payload.Creating;

/// <summary>An operation with its data, before its place in the payload is known.</summary>
internal sealed record PackedOperation(InstallOperation Operation, byte[] Data);
