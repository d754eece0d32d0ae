namespace CoreNode.Provision.Ignition;

/// <summary>
/// Ignition's specification, versions 3.0.0 to 3.5.0, as one table: each field says since when it is there.
/// </summary>
internal static class IgnitionSchema
{
    /// <summary>The second number of the newest version.</summary>
    public const int Newest = 5;

    private const string Node = "node";

    private static readonly IgnitionField[] s_headers =
    [
        new("name", FieldKind.Text),
        new("value", FieldKind.Text),
    ];

    private static readonly IgnitionField[] s_verification = [new("hash", FieldKind.Text)];

    private static readonly IgnitionField[] s_content =
    [
        new("source", FieldKind.Text),
        new("compression", FieldKind.Text),
        new("httpHeaders", FieldKind.Maps, 1) { Fields = s_headers, Key = "name" },
        new("verification", FieldKind.Map) { Fields = s_verification },
    ];

    // In 3.0.0 only contents of files could be compressed.
    private static readonly IgnitionField[] s_reference =
    [
        new("source", FieldKind.Text),
        new("compression", FieldKind.Text, 1),
        new("httpHeaders", FieldKind.Maps, 1) { Fields = s_headers, Key = "name" },
        new("verification", FieldKind.Map) { Fields = s_verification },
    ];

    private static readonly IgnitionField[] s_owner = [new("id", FieldKind.Number), new("name", FieldKind.Text)];

    private static readonly IgnitionField[] s_ignition =
    [
        new("version", FieldKind.Text),
        new("config", FieldKind.Map)
        {
            Fields =
            [
                new("merge", FieldKind.Maps) { Fields = s_reference, Key = "source" },
                new("replace", FieldKind.Map) { Fields = s_reference },
            ],
        },
        new("timeouts", FieldKind.Map)
        {
            Fields = [new("httpResponseHeaders", FieldKind.Number), new("httpTotal", FieldKind.Number)],
        },
        new("security", FieldKind.Map)
        {
            Fields =
            [
                new("tls", FieldKind.Map)
                {
                    Fields = [new("certificateAuthorities", FieldKind.Maps) { Fields = s_reference, Key = "source" }],
                },
            ],
        },
        new("proxy", FieldKind.Map, 1)
        {
            Fields =
            [
                new("httpProxy", FieldKind.Text),
                new("httpsProxy", FieldKind.Text),
                new("noProxy", FieldKind.Texts),
            ],
        },
    ];

    private static readonly IgnitionField[] s_storage =
    [
        new("files", FieldKind.Maps)
        {
            Key = "path",
            Shared = Node,
            Fields =
            [
                new("path", FieldKind.Text),
                new("overwrite", FieldKind.Switch),
                new("contents", FieldKind.Map) { Fields = s_content },
                new("append", FieldKind.Maps) { Fields = s_content },
                new("mode", FieldKind.Number),
                new("user", FieldKind.Map) { Fields = s_owner },
                new("group", FieldKind.Map) { Fields = s_owner },
            ],
        },
        new("directories", FieldKind.Maps)
        {
            Key = "path",
            Shared = Node,
            Fields =
            [
                new("path", FieldKind.Text),
                new("overwrite", FieldKind.Switch),
                new("mode", FieldKind.Number),
                new("user", FieldKind.Map) { Fields = s_owner },
                new("group", FieldKind.Map) { Fields = s_owner },
            ],
        },
        new("links", FieldKind.Maps)
        {
            Key = "path",
            Shared = Node,
            Fields =
            [
                new("path", FieldKind.Text),
                new("overwrite", FieldKind.Switch),
                new("target", FieldKind.Text),
                new("hard", FieldKind.Switch),
                new("user", FieldKind.Map) { Fields = s_owner },
                new("group", FieldKind.Map) { Fields = s_owner },
            ],
        },
        new("disks", FieldKind.Refused)
        {
            Instead = "partition the disk when the image is written, or with systemd-repart (files in /etc/repart.d)",
        },
        new("raid", FieldKind.Refused) { Instead = "make the array once with mdadm, and name it in /etc/mdadm.conf" },
        new("filesystems", FieldKind.Refused)
        {
            Instead = "make it once with mkfs, and mount it by a .mount unit in systemd.units",
        },
        new("luks", FieldKind.Refused, 2)
        {
            Instead = "encrypt the disk once with cryptsetup (clevis for Tang and TPM), and name it in /etc/crypttab",
        },
    ];

    private static readonly IgnitionField[] s_units =
    [
        new("name", FieldKind.Text),
        new("enabled", FieldKind.Switch),
        new("mask", FieldKind.Switch),
        new("contents", FieldKind.Text),
        new("dropins", FieldKind.Maps)
        {
            Fields = [new("name", FieldKind.Text), new("contents", FieldKind.Text)],
            Key = "name",
        },
    ];

    private static readonly IgnitionField[] s_users =
    [
        new("name", FieldKind.Text),
        new("passwordHash", FieldKind.Text),
        new("sshAuthorizedKeys", FieldKind.Texts),
        new("uid", FieldKind.Number),
        new("gecos", FieldKind.Text),
        new("homeDir", FieldKind.Text),
        new("noCreateHome", FieldKind.Switch),
        new("primaryGroup", FieldKind.Text),
        new("groups", FieldKind.Texts),
        new("noUserGroup", FieldKind.Switch),
        new("noLogInit", FieldKind.Switch),
        new("shell", FieldKind.Text),
        new("shouldExist", FieldKind.Switch, 2),
        new("system", FieldKind.Switch),
    ];

    private static readonly IgnitionField[] s_groups =
    [
        new("name", FieldKind.Text),
        new("gid", FieldKind.Number),
        new("passwordHash", FieldKind.Text),
        new("shouldExist", FieldKind.Switch, 2),
        new("system", FieldKind.Switch),
    ];

    /// <summary>The fields of a configuration.</summary>
    public static readonly IgnitionField[] Root =
    [
        new("ignition", FieldKind.Map) { Fields = s_ignition },
        new("storage", FieldKind.Map) { Fields = s_storage },
        new("systemd", FieldKind.Map) { Fields = [new("units", FieldKind.Maps) { Fields = s_units, Key = "name" }] },
        new("passwd", FieldKind.Map)
        {
            Fields =
            [
                new("users", FieldKind.Maps) { Fields = s_users, Key = "name" },
                new("groups", FieldKind.Maps) { Fields = s_groups, Key = "name" },
            ],
        },
        new("kernelArguments", FieldKind.Map, 3)
        {
            Fields =
            [
                new("shouldExist", FieldKind.Texts) { Shared = "argument" },
                new("shouldNotExist", FieldKind.Texts) { Shared = "argument" },
            ],
        },
    ];
}
