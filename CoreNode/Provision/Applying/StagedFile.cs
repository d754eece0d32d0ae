using Microsoft.Win32.SafeHandles;

namespace CoreNode.Provision.Applying;

/// <summary>A file that is written and synced under a name beside, and waits for its turn to be renamed.</summary>
/// <param name="Path">Where it shall be.</param>
/// <param name="Folder">Where it lies: held open by the run.</param>
/// <param name="Name">Its name there.</param>
/// <param name="State">The file itself.</param>
/// <param name="FolderIdentity">Which folder that is.</param>
/// <param name="Seen">What bore the wanted name when it was compared with the plan.</param>
/// <param name="IsCompared">It was compared.</param>
internal sealed record StagedFile(
    string Path,
    SafeFileHandle Folder, string Name, NodeState State, string FolderIdentity, NodeState? Seen, bool IsCompared);
