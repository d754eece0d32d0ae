namespace CoreNode.Provision.Sources.Choice;

/// <summary>
/// Which cloud a machine runs in, by what it says itself, so that nobody waits for metadata services that are not
/// there. Pure.
/// </summary>
/// <param name="Kind">The source to ask; null: none.</param>
/// <param name="Reason">What says so, or that nothing does.</param>
public sealed record CloudGuess(SourceKind? Kind, string Reason)
{
    // The first counts.
    private static readonly string[] s_arguments =
        ["corenode.oem", "ignition.platform.id", "flatcar.oem.id", "coreos.oem.id"];

    /// <summary>Decides. An argument of the kernel counts more than oem-release, that more than DMI.</summary>
    public static CloudGuess Of(MachineSigns signs)
    {
        foreach (string argument in s_arguments)
        {
            if (signs.CommandLine.Value(argument) is { Length: > 0 } platform)
                return OfPlatform(platform, $"the kernel argument {argument}={platform}");
        }

        return signs.OemId.Length > 0
            ? OfPlatform(signs.OemId, $"oem-release (ID={signs.OemId})")
            : OfDmi(signs);
    }

    private static CloudGuess OfPlatform(string platform, string said)
    {
        SourceKind? kind = platform.ToLowerInvariant() switch
        {
            "ec2" or "aws" or "ami" or "ec2-compat" or "brightbox" => SourceKind.Ec2,
            "digitalocean" => SourceKind.DigitalOcean,
            "openstack" => SourceKind.OpenStack,
            "rackspace" or "rackspace-onmetal" => SourceKind.ConfigDrive,
            "gce" or "gcp" => SourceKind.Gce,
            "packet" or "equinixmetal" => SourceKind.Packet,
            "azure" => SourceKind.Azure,
            "nocloud" => SourceKind.NoCloud,
            _ => null,
        };
        if (kind is not null)
            return new CloudGuess(kind, $"{said} names a source that is known");
        return new CloudGuess(null, platform.ToLowerInvariant() is "metal" or "none" or "pxe" or "qemu" or "vagrant"
            ? $"no metadata service is asked: {said} names none"
            : $"no metadata service is asked: {said} names a platform that CoreNode has no source for; name another "
                + "by --from, or by a URL on the kernel's command line (cloud-config-url=), or attach a NoCloud drive "
                + "(label cidata)");
    }

    private static CloudGuess OfDmi(MachineSigns signs)
    {
        if (signs.Vendor == "Amazon EC2" || signs.BiosVersion.Contains("amazon", StringComparison.OrdinalIgnoreCase)
            || IsXenGuestOfAmazon(signs))
            return new CloudGuess(SourceKind.Ec2, "DMI names Amazon EC2");
        if (signs.Vendor == "DigitalOcean")
            return new CloudGuess(SourceKind.DigitalOcean, "DMI names DigitalOcean");
        if (signs.Product == "Google Compute Engine"
            || signs.Serial.StartsWith("GoogleCloud-", StringComparison.Ordinal))
            return new CloudGuess(SourceKind.Gce, "DMI names Google Compute Engine");
        if (signs.Product is "OpenStack Nova" or "OpenStack Compute" || signs.Vendor == "OpenStack Foundation"
            || signs.ChassisTag is "OpenTelekomCloud" or "HUAWEICLOUD" or "SAP CCloud VM")
            return new CloudGuess(SourceKind.OpenStack, "DMI names OpenStack");
        if (signs.ChassisTag == "7783-7084-3265-9085-8269-3286-77")
            return new CloudGuess(SourceKind.Azure, "DMI names Azure");
        string what = signs.Vendor.Length + signs.Product.Length == 0
            ? "this machine says nothing of where it runs (no DMI)"
            : $"DMI (\"{signs.Vendor}\", \"{signs.Product}\") names none that CoreNode knows";
        return new CloudGuess(null, $"no metadata service is asked: {what}");
    }

    private static bool IsXenGuestOfAmazon(MachineSigns signs) =>
        signs.Uuid.StartsWith("ec2", StringComparison.OrdinalIgnoreCase)
        && signs.Serial.StartsWith("ec2", StringComparison.OrdinalIgnoreCase);
}
