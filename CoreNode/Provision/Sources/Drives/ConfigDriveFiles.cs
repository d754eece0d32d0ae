using CoreNode.Provision.Model;
using CoreNode.Provision.Sources.Clouds;

namespace CoreNode.Provision.Sources.Drives;

/// <summary>Files of a config drive: openstack/latest, and ec2/latest as OpenStack writes it too.</summary>
internal static class ConfigDriveFiles
{
    /// <summary>True if files are laid out like that.</summary>
    public static bool AreThere(DriveTree tree) => tree.HasFolder("openstack") || tree.HasFolder("ec2");

    /// <summary>Reads them; null if nothing is in them for this machine.</summary>
    /// <exception cref="SourceException">It is no config drive, or its JSON is none.</exception>
    public static UserData? Read(DriveTree tree, string name)
    {
        if (!AreThere(tree))
        {
            throw new SourceException(
                $"{name} is no config drive: it has neither openstack/latest nor ec2/latest", isFinal: true);
        }

        UserData? told = Describe(
            name, tree.TryRead("openstack/latest/meta_data.json"), tree.TryRead("openstack/latest/network_data.json"));
        if (tree.TryRead("ec2/latest/meta-data.json") is { } second)
            told = Metadata.Completed(told, Ec2Json.Read(second, name), addressesFirst: true);
        byte[]? content = tree.TryRead("openstack/latest/user_data") ?? tree.TryRead("ec2/latest/user-data");
        if (content is { Length: > 0 })
            return (told ?? new UserData(name, default)) with { Content = content };
        return told;
    }

    /// <summary>What OpenStack's files tell about a machine; null if they are not there.</summary>
    public static UserData? Describe(string name, byte[]? metadata, byte[]? network)
    {
        UserData? told = metadata is null ? null : OpenStackJson.Read(metadata, name);
        return network is null
            ? told
            : (told ?? new UserData(name, default)) with { Addresses = OpenStackJson.ReadNetwork(network, name) };
    }
}
