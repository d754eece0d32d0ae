namespace CoreNode.Provision.Sources.Choice;

/// <summary>Kinds of sources, as they are named behind --from.</summary>
public enum SourceKind
{
    /// <summary>auto: what the machine itself says.</summary>
    Auto,

    /// <summary>file=PATH</summary>
    File,

    /// <summary>url=URL</summary>
    Url,

    /// <summary>dir=PATH</summary>
    Folder,

    /// <summary>cmdline: URLs that the kernel's command line names.</summary>
    CommandLine,

    /// <summary>oem: what the machine's maker left in its folder.</summary>
    Oem,

    /// <summary>config-drive, config-drive=DEVICE or FOLDER</summary>
    ConfigDrive,

    /// <summary>ec2, ec2=URL</summary>
    Ec2,

    /// <summary>digitalocean, digitalocean=URL</summary>
    DigitalOcean,

    /// <summary>openstack, openstack=URL</summary>
    OpenStack,

    /// <summary>gce, gce=URL</summary>
    Gce,

    /// <summary>packet, packet=URL</summary>
    Packet,

    /// <summary>nocloud, nocloud=DEVICE, FOLDER or URL</summary>
    NoCloud,

    /// <summary>azure, azure=DEVICE or FOLDER</summary>
    Azure,
}
