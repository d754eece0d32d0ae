using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Model;

/// <summary>What container engines read of a machine's subnet, each in its own format. Pure.</summary>
public static class ContainerFiles
{
    private static readonly JsonWriterOptions s_indented = new() { Indented = true };

    /// <summary>Options of the docker daemon, as flannel's mk-docker-opts.sh writes them.</summary>
    public static string Docker(SubnetEnv env)
    {
        List<string> names = [];
        List<string> options = [];
        Add("BIP", env.BridgeV4 is null ? "" : $"--bip={env.BridgeV4}");
        // The overlay's own rules do it: docker's would also cover what goes to peers.
        Add("IPMASQ", env.IsMasqueraded ? "--ip-masq=false" : "");
        Add("IPV6", env.Subnets.V6 is null ? "" : $"--ipv6 --fixed-cidr-v6={env.Subnets.V6}");
        Add("MTU", string.Create(CultureInfo.InvariantCulture, $"--mtu={env.Mtu}"));
        StringBuilder text = new();
        for (int index = 0; index < names.Count; index++)
            text.Append($"DOCKER_OPT_{names[index]}=\"{options[index]}\"\n");
        return text.Append($"DOCKER_OPTS=\" {string.Join(' ', options)} \"\n").ToString();

        void Add(string name, string option)
        {
            if (option.Length == 0)
                return;
            names.Add(name);
            options.Add(option);
        }
    }

    /// <summary>A network of podman's netavark: a file of /etc/containers/networks.</summary>
    /// <param name="env">The subnet.</param>
    /// <param name="name">The network's name there.</param>
    /// <param name="bridge">The bridge's.</param>
    public static string Podman(SubnetEnv env, string name, string bridge) => Json(json =>
    {
        json.WriteString("name", name);
        json.WriteString("id", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name))));
        json.WriteString("driver", "bridge");
        json.WriteString("network_interface", bridge);
        json.WriteString("created", "1970-01-01T00:00:00Z");
        json.WriteStartArray("subnets");
        foreach (IpPrefix? gateway in (IpPrefix?[])[env.BridgeV4, env.BridgeV6])
        {
            if (gateway is null)
                continue;
            json.WriteStartObject();
            json.WriteString("subnet", gateway.Network.ToString());
            json.WriteString("gateway", gateway.Address.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteBoolean("ipv6_enabled", env.BridgeV6 is not null);
        json.WriteBoolean("internal", false);
        json.WriteBoolean("dns_enabled", false);
        json.WriteStartObject("options");
        json.WriteString("mtu", env.Mtu.ToString(CultureInfo.InvariantCulture));
        json.WriteEndObject();
        json.WriteStartObject("ipam_options");
        json.WriteString("driver", "host-local");
        json.WriteEndObject();
    });

    /// <summary>A list of CNI plugins: a file of /etc/cni/net.d.</summary>
    /// <param name="env">The subnet.</param>
    /// <param name="name">The network's name there.</param>
    /// <param name="bridge">The bridge's.</param>
    public static string Cni(SubnetEnv env, string name, string bridge) => Json(json =>
    {
        json.WriteString("cniVersion", "0.4.0");
        json.WriteString("name", name);
        json.WriteStartArray("plugins");
        json.WriteStartObject();
        json.WriteString("type", "bridge");
        json.WriteString("bridge", bridge);
        json.WriteBoolean("isDefaultGateway", true);
        json.WriteBoolean("hairpinMode", true);
        json.WriteBoolean("ipMasq", false);
        json.WriteNumber("mtu", env.Mtu);
        json.WriteStartObject("ipam");
        json.WriteString("type", "host-local");
        json.WriteStartArray("ranges");
        foreach (IpPrefix? subnet in (IpPrefix?[])[env.Subnets.V4, env.Subnets.V6])
        {
            if (subnet is null)
                continue;
            json.WriteStartArray();
            json.WriteStartObject();
            json.WriteString("subnet", subnet.ToString());
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteString("type", "portmap");
        json.WriteStartObject("capabilities");
        json.WriteBoolean("portMappings", true);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    });

    private static string Json(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes, s_indented))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan) + "\n";
    }
}
