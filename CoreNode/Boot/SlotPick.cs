using CoreNode.Disks.Gpt;
using CoreNode.Disks.Metadata;

namespace CoreNode.Boot;

/// <summary>A slot that may be started.</summary>
/// <param name="Slot">Its partition, with the attributes from before.</param>
/// <param name="Metadata">What it says of itself; null if it says nothing and that is allowed.</param>
/// <param name="Reason">Why it is this one.</param>
internal sealed record SlotPick(GptPartition Slot, SlotMetadata? Metadata, string Reason);
