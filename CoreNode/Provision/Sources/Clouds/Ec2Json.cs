using System.Net.Sockets;
using System.Text.Json;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Sources.Clouds;

/// <summary>EC2's metadata as one file, which OpenStack writes on config drives (ec2/latest). Pure.</summary>
internal static class Ec2Json
{
    /// <summary>Reads it.</summary>
    /// <exception cref="SourceException">It is no such file.</exception>
    public static UserData Read(byte[] text, string name)
    {
        using JsonDocument document = Metadata.Json(text, name);
        JsonElement root = document.RootElement;
        List<string> keys = [];
        // {"0": {"openssh-key": "…"}}
        if (Metadata.Get(root, "public-keys") is { ValueKind: JsonValueKind.Object } listed)
        {
            foreach (JsonProperty one in listed.EnumerateObject())
                Metadata.AddKeys(keys, Metadata.Text(one.Value, "openssh-key"));
        }

        return new UserData(name, default)
        {
            Hostname = Metadata.Hostname(Metadata.Text(root, "hostname")),
            SshKeys = keys,
            Addresses = new MachineAddresses
            {
                PrivateIPv4 = Metadata.Address(
                    Metadata.Text(root, "local-ipv4"), AddressFamily.InterNetwork, name),
                PublicIPv4 = Metadata.Address(
                    Metadata.Text(root, "public-ipv4"), AddressFamily.InterNetwork, name),
            },
        };
    }
}
