using System.Text;
using CoreNode.Documents;
using CoreNode.Provision.Model;
using CoreNode.Provision.Sources.Clouds;
using CoreNode.Yaml;

namespace CoreNode.Provision.Sources.Drives;

/// <summary>
/// NoCloud's two files, user-data and meta-data, of drives and of servers. Its network-config and vendor-data are not
/// read: a network is what units say.
/// </summary>
internal static class NoCloudFiles
{
    /// <summary>The user's.</summary>
    public const string UserFile = "user-data";

    /// <summary>About the machine, as YAML.</summary>
    public const string MetadataFile = "meta-data";

    /// <summary>True if one of them is there.</summary>
    public static bool AreThere(DriveTree tree) =>
        tree.TryRead(MetadataFile) is not null || tree.TryRead(UserFile) is not null;

    /// <summary>Reads them; null if nothing is in them for this machine.</summary>
    /// <exception cref="SourceException">Neither is there, or meta-data is no YAML.</exception>
    public static UserData? Read(DriveTree tree, string name) =>
        Read(tree.TryRead(UserFile), tree.TryRead(MetadataFile), name);

    /// <summary>Makes one of both; null for a file that is not there.</summary>
    /// <exception cref="SourceException">Neither is there, or meta-data is no YAML.</exception>
    public static UserData? Read(byte[]? user, byte[]? metadata, string name)
    {
        if (user is null && metadata is null)
            throw new SourceException($"{name} has neither {UserFile} nor {MetadataFile}", isFinal: true);
        UserData told = new(name, user);
        if (metadata is not null)
            told = Describe(told, metadata);
        return told.Content.Length > 0 || Metadata.TellsOfMachine(told) ? told : null;
    }

    private static UserData Describe(UserData told, byte[] metadata)
    {
        try
        {
            DocumentNode? root = YamlTree.Parse(Encoding.UTF8.GetString(metadata));
            if (root is null)
                return told;
            if (root is not MapNode map)
                throw Wrong(told.Source, root.Place);
            ScalarNode? name = (Find(map, "local-hostname") ?? Find(map, "hostname")) as ScalarNode;
            List<string> keys = [];
            AddKeys(keys, Find(map, "public-keys"), 0);
            return told with
            {
                Hostname = Metadata.Hostname(name?.Text ?? ""),
                SshKeys = keys,
            };
        }
        catch (DocumentException broken)
        {
            throw Wrong(told.Source, broken.Place);
        }
    }

    // Not what stands there: it may be a secret.
    private static SourceException Wrong(string name, TextPlace place) => new(
        $"{MetadataFile} of {name} is no YAML of keys and values from {place} on: it has lines such as "
        + "local-hostname: web-1", isFinal: true);

    private static DocumentNode? Find(MapNode map, string name) =>
        (map.Find(name) ?? map.Find(name.Replace('-', '_')))?.Value;

    // A text, a list of texts, or what EC2 makes of them: { 0: { openssh-key: … } }.
    private static void AddKeys(List<string> keys, DocumentNode? node, int depth)
    {
        if (node is ScalarNode { IsNull: false } text)
            Metadata.AddKeys(keys, text.Text);
        else if (node is ListNode list && depth < 2)
        {
            foreach (DocumentNode item in list.Items)
                AddKeys(keys, item, depth + 1);
        }
        else if (node is MapNode map && depth < 2)
        {
            foreach (MapEntry entry in map.Entries)
                AddKeys(keys, entry.Value, depth + 1);
        }
    }
}
