using CoreNode.Provision.Sources.Clouds;

namespace CoreNode.Provision.Sources.Choice;

/// <summary>
/// What a machine is told about NoCloud: ds=nocloud;s=SEED;h=NAME of the kernel's arguments or, without that, as the
/// serial number of DMI, which hypervisors let people choose. Pure.
/// </summary>
/// <param name="Place">A URL, or a folder or device.</param>
/// <param name="Hostname">The machine's name; empty: not told.</param>
public sealed record NoCloudSeed(string Place, string Hostname)
{
    private const string Serial = "ds=";

    /// <summary>Finds it; null if no seed is named.</summary>
    public static NoCloudSeed? Find(MachineSigns signs)
    {
        string text = signs.CommandLine.Value("ds");
        if (text.Length == 0 && signs.Serial.StartsWith(Serial, StringComparison.Ordinal))
            text = signs.Serial[Serial.Length..];
        string[] parts = text.Split(';', StringSplitOptions.TrimEntries);
        if (parts[0].ToLowerInvariant() is not ("nocloud" or "nocloud-net"))
            return null;
        string place = "";
        string hostname = "";
        foreach (string part in parts)
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            string value = part[(equals + 1)..];
            switch (equals < 0 ? "" : part[..equals])
            {
                case "s" or "seedfrom":
                    place = value.StartsWith("file://", StringComparison.Ordinal) ? value["file://".Length..] : value;
                    break;
                case "h" or "local-hostname":
                    hostname = Metadata.Hostname(value);
                    break;
            }
        }

        return place.Length == 0 ? null : new NoCloudSeed(place, hostname);
    }
}
