using CoreNode.Platform;
using CoreNode.Provision.Model;
using CoreNode.Provision.Sources.Clouds;

namespace CoreNode.Provision.Sources.Drives;

/// <summary>A folder as a config drive has it: openstack/latest, and ec2/latest as OpenStack writes it too.</summary>
internal static class ConfigDriveFolder
{
    /// <summary>True if a folder is laid out like that.</summary>
    public static bool IsOne(string path) =>
        SystemFolders.Exists(Path.Join(path, "openstack")) || SystemFolders.Exists(Path.Join(path, "ec2"));

    /// <summary>Reads it; null if nothing is in it for this machine.</summary>
    /// <exception cref="SourceException">It is no config drive, or its JSON is none.</exception>
    public static UserData? Read(string path, string name)
    {
        if (!IsOne(path))
        {
            throw new SourceException(
                $"{name} is no config drive: it has neither openstack/latest nor ec2/latest", isFinal: true);
        }

        string openStack = Path.Join(path, "openstack", "latest");
        string ec2 = Path.Join(path, "ec2", "latest");
        UserData? told = Describe(
            name, SmallFiles.TryRead(Path.Join(openStack, "meta_data.json")),
            SmallFiles.TryRead(Path.Join(openStack, "network_data.json")));
        if (SmallFiles.TryRead(Path.Join(ec2, "meta-data.json")) is { } second)
            told = Metadata.Completed(told, Ec2Json.Read(second, name), addressesFirst: true);
        byte[]? content = SmallFiles.TryRead(Path.Join(openStack, "user_data"))
            ?? SmallFiles.TryRead(Path.Join(ec2, "user-data"));
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
