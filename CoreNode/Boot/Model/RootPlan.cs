namespace CoreNode.Boot.Model;

/// <summary>
/// What / has when it is a file system that may be empty: folders and links that are made where they are missing. What
/// is there stays, whatever it is.
/// </summary>
public static class RootPlan
{
    /// <summary>Folders with their permissions; deeper ones after those that hold them.</summary>
    public static readonly IReadOnlyList<(string Path, uint Mode)> Folders =
    [
        ("boot", 0x1ED), ("dev", 0x1ED), ("etc", 0x1ED), (".etc-work", 0x1ED), ("home", 0x1ED), ("media", 0x1ED),
        ("mnt", 0x1ED), ("opt", 0x1ED), ("proc", 0x16D), ("root", 0x1C0), ("run", 0x1ED), ("srv", 0x1ED),
        ("sys", 0x16D), ("tmp", 0x3FF), ("usr", 0x1ED), ("var", 0x1ED), ("var/lib", 0x1ED),
        ("var/lib/corenode", 0x1C0), ("var/lib/corenode/boot", 0x1C0),
    ];

    /// <summary>Links and where they lead; those whose goal the slot does not have are left out.</summary>
    public static readonly IReadOnlyList<(string Path, string Target)> Links =
    [
        ("bin", "usr/bin"), ("lib", "usr/lib"), ("lib32", "usr/lib32"), ("lib64", "usr/lib64"),
        ("libx32", "usr/libx32"), ("sbin", "usr/sbin"),
    ];

    /// <summary>
    /// Options of the file system that is mounted on etc: what the slot brings, with what was changed here above it.
    /// </summary>
    public static string Overlay(string root) =>
        $"lowerdir={root}/usr/share/etc,upperdir={root}/etc,workdir={root}/.etc-work,redirect_dir=on,metacopy=off";
}
