using System.Net;
using CoreNode.Overlay.Model;

namespace CoreNode.Hosting;

/// <summary>The flags about overlay networks, and how they are read.</summary>
internal static class OverlayFlags
{
    /// <summary>What the network without a name is called.</summary>
    public const string NoName = "default";

    /// <summary>In the order of help.</summary>
    public static readonly IReadOnlyList<NodeFlag> All =
    [
        new("overlay", "", "NAME,...", "overlay networks to take part in; \"default\": the one without a name"),
        new("overlay-prefix", OverlayKeys.DefaultPrefix, "KEY", "where they stand in the store; flannel's etcd-prefix"),
        new("overlay-interface", "", "NAME", "the interface to other machines, or its address, or \"store\""),
        new("overlay-public-ip", "", "ADDRESS,...", "where others reach this machine, if not at that address"),
        new("overlay-ip-masq", "false", "", "what leaves the networks gets this machine's address"),
        new("overlay-subnet-file", "/run/flannel/subnet.env", "FILE", "what containers need to know, as flannel's"),
        new("overlay-docker", "", "FILE", "docker's options for that subnet, for EnvironmentFile="),
        new("overlay-podman", "", "FILE", "podman's network for it, such as /etc/containers/networks/overlay.json"),
        new("overlay-cni", "", "FILE", "a list of CNI plugins, such as /etc/cni/net.d/10-overlay.conflist"),
    ];

    /// <summary>Reads them; what is wrong is added to the problems.</summary>
    public static OverlayNodeOptions Read(
        Func<string, string> text, Func<string, bool> flag, List<string> problems) => new()
        {
            Networks = Networks(text("overlay"), problems),
            Prefix = Prefix(text("overlay-prefix"), problems),
            Interface = Interface(text("overlay-interface"), text("overlay-public-ip"), problems),
            IsMasqueraded = flag("overlay-ip-masq"),
            SubnetFile = Place(text("overlay-subnet-file")),
            DockerFile = Place(text("overlay-docker")),
            PodmanFile = Place(text("overlay-podman")),
            CniFile = Place(text("overlay-cni")),
        };

    private static List<string> Networks(string text, List<string> problems)
    {
        List<string> names = [];
        foreach (string one in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string part = one.Trim();
            string name = part == NoName ? "" : part;
            string problem = OverlayKeys.ProblemOf(name);
            if (problem.Length > 0)
                problems.Add($"--overlay {part}: {problem}");
            else if (!names.Contains(name))
                names.Add(name);
        }

        return names;
    }

    private static string Prefix(string text, List<string> problems)
    {
        string prefix = text.TrimEnd('/');
        if (prefix.Length < 2 || prefix[0] != '/' || prefix.Contains("//", StringComparison.Ordinal))
            problems.Add($"--overlay-prefix {text}: a key such as {OverlayKeys.DefaultPrefix} is needed");
        return prefix;
    }

    private static InterfaceWish Interface(string name, string publicIp, List<string> problems)
    {
        InterfaceWish wish = new(name, null, null);
        foreach (string part in publicIp.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            IPAddress? address = AddressMath.ReadAddress(part.Trim());
            if (address is null)
                problems.Add($"--overlay-public-ip {part}: an address is needed, such as 192.0.2.7");
            else if (AddressMath.IsV4(address))
                wish = wish with { PublicV4 = address };
            else
                wish = wish with { PublicV6 = address };
        }

        return wish;
    }

    private static string Place(string file) => file is "" or "none" ? "" : Path.GetFullPath(file);
}
