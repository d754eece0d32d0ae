using CoreNode.Provision.Model;

namespace CoreNode.Provision.Sources.Drives;

/// <summary>What a drive is known by, and what is read from it.</summary>
/// <param name="Name">As people know it.</param>
/// <param name="Label">The label of its device, in any case; "*" at its end: what begins so.</param>
/// <param name="Folders">Where somebody may have mounted one, the best first.</param>
/// <param name="IsOne">True if files are laid out like that.</param>
/// <param name="Read">Reads it under a name for people; null if nothing is in it for this machine.</param>
internal sealed record DriveLayout(
    string Name, string Label, IReadOnlyList<string> Folders, Func<DriveTree, bool> IsOne,
    Func<DriveTree, string, UserData?> Read)
{
    /// <summary>OpenStack's.</summary>
    public static readonly DriveLayout ConfigDrive = new(
        "config drive", "config-2", ["/media/configdrive", "/media/configvirtfs"], ConfigDriveFiles.AreThere,
        ConfigDriveFiles.Read);

    /// <summary>cloud-init's for machines without a cloud.</summary>
    public static readonly DriveLayout NoCloud = new(
        "NoCloud drive", "cidata", [], NoCloudFiles.AreThere, NoCloudFiles.Read);

    /// <summary>The provisioning disc of Azure.</summary>
    public static readonly DriveLayout Azure = new(
        "Azure disc", "rd_rdfe_*", [], AzureFiles.AreThere, AzureFiles.Read);

    /// <summary>True for the label of such a drive.</summary>
    public bool IsLabel(string label) => Label.EndsWith('*')
        ? label.StartsWith(Label[..^1], StringComparison.OrdinalIgnoreCase)
        : label.Equals(Label, StringComparison.OrdinalIgnoreCase);
}
