namespace CoreNode.Disks.Gpt;

/// <summary>Something that makes a copy of a table unusable.</summary>
/// <param name="Kind">What kind of fault.</param>
/// <param name="Text">For people, without a full stop: "checksum 1a2b3c4d, 00000000 expected".</param>
public sealed record GptFault(GptFaultKind Kind, string Text);
