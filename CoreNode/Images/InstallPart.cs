using CoreNode.Disks.Gpt;
using CoreNode.Platform.Blocks;

namespace CoreNode.Images;

/// <summary>One partition of the disk that is installed to, and what it gets.</summary>
/// <param name="Partition">As it lies on the new disk.</param>
/// <param name="Content">Its bytes, from its beginning on; null: it is made empty, so that nothing is found in it.
/// </param>
public sealed record InstallPart(GptPartition Partition, IBlockDevice? Content);
