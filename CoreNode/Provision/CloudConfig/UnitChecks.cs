namespace CoreNode.Provision.CloudConfig;

/// <summary>What is wrong with names and texts of this machine's systemd units.</summary>
internal static class UnitChecks
{
    private const int LongestName = 255;

    private static readonly string[] s_types =
    [
        "service", "socket", "target", "timer", "mount", "automount", "swap", "path", "slice", "device", "scope",
        "network", "netdev", "link", "nspawn",
    ];

    /// <summary>Of a unit's name; empty: nothing.</summary>
    public static string OfName(string name, out string suggestion)
    {
        suggestion = "";
        int dot = name.LastIndexOf('.');
        string type = name[(dot + 1)..];
        string characters = OfCharacters(name);
        if (characters.Length > 0)
        {
            suggestion = Allowed(name);
            return characters;
        }

        if (dot > 0 && Array.IndexOf(s_types, type) >= 0)
            return "";
        suggestion = dot <= 0 || type.Length == 0
            ? $"write {(dot == 0 ? "NAME" : name.TrimEnd('.'))}.service, or what it is"
            : Report.Nearest(type, s_types) is { Length: > 0 } nearest
                ? nearest
                : $"there are {string.Join(", ", s_types)}";
        return "the name of a unit ends in its type";
    }

    /// <summary>Of a drop-in's name; empty: nothing.</summary>
    public static string OfDropIn(string name, out string suggestion)
    {
        string characters = OfCharacters(name);
        suggestion = characters.Length > 0 ? Allowed(name) : "";
        if (characters.Length > 0)
            return characters;
        if (name.Length > 5 && name.EndsWith(".conf", StringComparison.Ordinal))
            return "";
        suggestion = name == ".conf" ? "write 10-NAME.conf" : $"write {name.TrimEnd('.')}.conf";
        return "systemd reads drop-ins whose names end in .conf only";
    }

    /// <summary>True if a section of that name is in the text, such as [Install].</summary>
    public static bool HasSection(string content, string section)
    {
        foreach (ReadOnlySpan<char> line in content.AsSpan().EnumerateLines())
        {
            if (line.Trim().SequenceEqual(section))
                return true;
        }

        return false;
    }

    /// <summary>True if the text begins with a section, comments aside.</summary>
    public static bool BeginsWithSection(string content)
    {
        foreach (ReadOnlySpan<char> line in content.AsSpan().EnumerateLines())
        {
            ReadOnlySpan<char> text = line.Trim();
            if (text.Length > 0 && text[0] is not ('#' or ';'))
                return text[0] == '[' && text[^1] == ']';
        }

        return false;
    }

    private static string Allowed(string name) => name.Length <= LongestName
        ? "letters, digits and : - _ . \\ @ are allowed"
        : "choose a shorter one";

    private static string OfCharacters(string name)
    {
        if (name.Length > LongestName)
            return $"a name has at most {LongestName} characters";
        foreach (char letter in name)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not (':' or '-' or '_' or '.' or '\\' or '@'))
                return $"the character {Report.Shown(letter.ToString())} is in the name";
        }

        return name is "." or ".." ? "this is no name" : "";
    }
}
