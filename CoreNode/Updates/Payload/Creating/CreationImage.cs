namespace CoreNode.Updates.Payload.Creating;

/// <summary>One image that a payload shall make.</summary>
/// <param name="Name">The partition's name; letters, digits, - and _.</param>
/// <param name="New">What must come out; at least one byte.</param>
/// <param name="Old">What the machine has; null for a full payload.</param>
public sealed record CreationImage(string Name, IPayloadFile New, IPayloadFile? Old);
