namespace CoreNode.Disks.Gpt;

/// <summary>
/// One copy that is written: all its writes, then a sync, then read back past every cache and compared. Only then may
/// the next stage begin: until then the other copy is the only one that is known to be whole.
/// </summary>
/// <param name="Role">The copy that is written.</param>
/// <param name="Writes">Its entries and its header.</param>
public sealed record GptStage(GptRole Role, IReadOnlyList<GptWrite> Writes);
