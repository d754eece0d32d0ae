namespace CoreNode.Units.Quadlet;

/// <summary>
/// Values of [Container] that are changed or cannot be used: a machine has the text only, no files beside it.
/// </summary>
internal static class ContainerValues
{
    /// <summary>The value as podman gets it; what cannot be used is a problem.</summary>
    public static string Checked(ContainerOptions options, string key, string value, int line)
    {
        switch (key)
        {
            case "AddCapability" or "DropCapability":
                return value.ToLowerInvariant();
            case "AddDevice" when value[0] == '-':
                options.Complain(
                    line, $"AddDevice={value}: whether a machine has it is not known here; leave out the -, and ask "
                    + "for machines that have it by MachineMetadata= in [X-Fleet]");
                break;
            case "EnvironmentFile" when value is not ['/' or '%', ..]:
                options.Complain(line, $"EnvironmentFile={value}: write an absolute path of the machine");
                break;
            case "Network" when Names(value.Split(':')[0], ".network", ".container", ".pod"):
                options.Complain(line, $"Network={value}: such files are not read here; name a network of podman's");
                break;
            case "Mount" when Array.Exists(value.Split(','), static part => Names(part, ".volume", ".image", ".build")):
                options.Complain(line, $"Mount={value}: such files are not read here; name a volume or an image");
                break;
            case "Volume":
                string source = value.Split(':')[0];
                if (Names(source, ".volume"))
                    options.Complain(
                        line, $"Volume={value}: .volume files are not read here; {source[..^7]}:… makes a volume of "
                        + "that name where it runs");
                else if (source is ['.', ..])
                    options.Complain(
                        line, $"Volume={value}: write an absolute path of the machine, or a volume's name");
                break;
            default:
                break;
        }

        return value;
    }

    /// <summary>The folder of the machine that a volume is; empty for another kind.</summary>
    public static string FolderOf(string volume)
    {
        int colon = volume.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && volume[0] == '/' ? volume[..colon] : "";
    }

    /// <summary>True for what ends as one of these files do.</summary>
    public static bool Names(string value, params ReadOnlySpan<string> endings)
    {
        foreach (string ending in endings)
        {
            if (value.Length > ending.Length && value.EndsWith(ending, StringComparison.Ordinal))
                return true;
        }

        return false;
    }
}
