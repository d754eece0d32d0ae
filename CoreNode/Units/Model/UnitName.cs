namespace CoreNode.Units.Model;

/// <summary>
/// A unit's name and its parts (fleet: A.7): what stands behind the last dot is the type, what stands between the
/// first @ and it the instance. Immutable.
/// </summary>
public sealed class UnitName
{
    /// <summary>Most bytes of a name.</summary>
    public const int MaxLength = 256;

    private static readonly string[] s_types =
    [
        "automount", "busname", "device", "mount", "path", "scope", "service", "slice", "snapshot", "socket", "swap",
        "target", "timer",
    ];

    private static readonly string[] s_templateTypes = ["path", "service", "socket", "target", "timer"];

    private UnitName(string full)
    {
        int dot = full.LastIndexOf('.');
        Full = full;
        Name = full[..dot];
        Type = full[(dot + 1)..];
        int at = Name.IndexOf('@', StringComparison.Ordinal);
        Prefix = at < 0 ? Name : Name[..at];
        Instance = at < 0 ? "" : Name[(at + 1)..];
        Template = at < 0 ? "" : $"{Prefix}@.{Type}";
    }

    /// <summary>All of it: web@1.service.</summary>
    public string Full { get; }

    /// <summary>Without the type: web@1.</summary>
    public string Name { get; }

    /// <summary>Behind the last dot: service.</summary>
    public string Type { get; }

    /// <summary>Before the first @, or <see cref="Name"/>: web.</summary>
    public string Prefix { get; }

    /// <summary>Between the first @ and the last dot: 1; empty for templates and plain units.</summary>
    public string Instance { get; }

    /// <summary>Name of the template of a template or an instance: web@.service; empty for plain units.</summary>
    public string Template { get; }

    /// <summary>web@.service.</summary>
    public bool IsTemplate => Template.Length > 0 && Instance.Length == 0;

    /// <summary>web@1.service.</summary>
    public bool IsInstance => Instance.Length > 0;

    /// <summary>The parts of a name; null where it is none (<see cref="Complaint"/> says why).</summary>
    public static UnitName? Parse(string name) => Complaint(name).Length == 0 ? new UnitName(name) : null;

    /// <summary>What is wrong with a name, in fleet's words; empty if nothing.</summary>
    public static string Complaint(string name)
    {
        if (name.Length == 0)
            return "unit name cannot be empty";
        if (System.Text.Encoding.UTF8.GetByteCount(name) > MaxLength)
            return $"unit name exceeds maximum length ({MaxLength})";
        int dot = name.LastIndexOf('.');
        if (dot < 0)
            return "unit name must contain \".\"";
        if (dot == name.Length - 1)
            return "unit name cannot end in \".\"";
        string type = name[(dot + 1)..];
        if (type == "container")
            return "a .container file is no unit yet: `corenode unit submit` makes a service of it and submits that";
        if (Array.IndexOf(s_types, type) < 0)
            return $"invalid unit type: \"{type}\"";
        foreach (System.Text.Rune c in name[..dot].EnumerateRunes())
        {
            if (!IsValid(c))
                return $"invalid character '{c}' in unit name";
        }

        if (name[0] == '@')
            return "unit name cannot start in \"@\"";

        // fleet takes it and then never places it: etcd's listings leave such keys out.
        if (name[0] == '_')
            return "unit name cannot start in \"_\": the store hides such keys";
        return name.AsSpan(0, dot).Contains('@') && Array.IndexOf(s_templateTypes, type) < 0
            ? $"unit type \"{type}\" cannot be a template or an instance"
            : "";
    }

    /// <summary>The instance of this template with that instance name.</summary>
    public string InstanceOf(string instance) => $"{Prefix}@{instance}.{Type}";

    /// <inheritdoc/>
    public override string ToString() => Full;

    private static bool IsValid(System.Text.Rune c) =>
        c.IsAscii
        && (char.IsAsciiLetterOrDigit((char)c.Value) || (char)c.Value is ':' or '-' or '_' or '.' or '\\' or '@');
}
