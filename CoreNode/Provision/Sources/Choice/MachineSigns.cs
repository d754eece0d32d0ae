using System.Text;
using CoreNode.Platform;

namespace CoreNode.Provision.Sources.Choice;

/// <summary>What a machine says about where it runs.</summary>
/// <param name="CommandLine">The kernel's arguments.</param>
/// <param name="OemId">ID= of its oem-release; empty: none.</param>
/// <param name="Vendor">DMI: sys_vendor.</param>
/// <param name="Product">DMI: product_name.</param>
/// <param name="Serial">DMI: product_serial.</param>
/// <param name="Uuid">DMI: product_uuid.</param>
/// <param name="ChassisTag">DMI: chassis_asset_tag.</param>
/// <param name="BiosVersion">DMI: bios_version.</param>
public sealed record MachineSigns(
    KernelCommandLine CommandLine, string OemId, string Vendor, string Product, string Serial, string Uuid,
    string ChassisTag, string BiosVersion)
{
    private const string Dmi = "/sys/class/dmi/id/";

    private static readonly string[] s_releases =
        ["/etc/oem-release", "/oem/oem-release", "/usr/share/oem/oem-release"];

    /// <summary>Reads them; what cannot be read counts as not said.</summary>
    /// <param name="root">Where all paths begin; "" for the machine's own.</param>
    public static MachineSigns Read(string root)
    {
        string oem = "";
        foreach (string path in s_releases)
        {
            if (oem.Length == 0)
                oem = IdOf(Text(root + path));
        }

        return new MachineSigns(
            new KernelCommandLine(Text(root + "/proc/cmdline")), oem, Text(root + Dmi + "sys_vendor"),
            Text(root + Dmi + "product_name"), Text(root + Dmi + "product_serial"), Text(root + Dmi + "product_uuid"),
            Text(root + Dmi + "chassis_asset_tag"), Text(root + Dmi + "bios_version"));
    }

    /// <summary>The value of ID= in a text as of os-release(5).</summary>
    public static string IdOf(string release)
    {
        string id = "";
        foreach (string line in release.Split('\n'))
        {
            if (line.StartsWith("ID=", StringComparison.Ordinal))
                id = line[3..].Trim().Trim('"', '\'');
        }

        return id;
    }

    private static string Text(string path)
    {
        try
        {
            return SmallFiles.TryRead(path) is { } bytes ? Encoding.UTF8.GetString(bytes).Trim() : "";
        }
        catch (IOException)
        {
            return "";
        }
    }
}
