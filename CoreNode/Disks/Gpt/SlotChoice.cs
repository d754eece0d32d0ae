namespace CoreNode.Disks.Gpt;

/// <summary>The slot to be started.</summary>
/// <param name="Slot">Its partition, with the attributes that it had.</param>
/// <param name="IsLastResort">True if no slot may be started, and this is merely the first one.</param>
public sealed record SlotChoice(GptPartition Slot, bool IsLastResort);
