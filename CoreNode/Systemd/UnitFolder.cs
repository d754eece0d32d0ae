using System.Text;
using CoreNode.Platform;

namespace CoreNode.Systemd;

/// <summary>
/// The files of the cluster's units on this machine: their texts, the links to them and the drop-ins with their
/// variables. Any thread, one a unit.
/// </summary>
internal sealed class UnitFolder(SystemdOptions options)
{
    /// <summary>A unit with this variable is fenced: nobody else may run it, and not two of them.</summary>
    public const string FencingToken = "CORENODE_FENCING_TOKEN";

    /// <summary>
    /// Stands there from when the guard acts until it is armed anew: fenced units cannot be started meanwhile, also by
    /// a process that was stopped after it had decided to.
    /// </summary>
    public const string LeaseOver = "/run/corenode/lease-over";

    private const string DropIn = "50-corenode.conf";
    private const UnixFileMode TextMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
        | UnixFileMode.OtherRead;
    private const UnixFileMode SecretMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Path of a unit's text, as systemd sees it.</summary>
    public string TextPath(string name) => $"{options.UnitsFolder}/{name}";

    /// <summary>Path of the link to it.</summary>
    public string LinkPath(string name) => $"{options.RuntimeFolder}/{name}";

    /// <summary>Path of the drop-in with its variables.</summary>
    public string DropInPath(string name) => $"{options.RuntimeFolder}/{name}.d/{DropIn}";

    /// <summary>Makes the folder of texts if it is missing.</summary>
    public void Prepare()
    {
        Directory.CreateDirectory(options.Root + options.UnitsFolder);
        Directory.CreateDirectory(options.Root + options.RuntimeFolder);
    }

    /// <summary>Names of all texts, in byte order; what was cut off while it was written is removed.</summary>
    public IReadOnlyList<string> Names()
    {
        List<string> names = [];
        foreach (string path in Directory.EnumerateFiles(options.Root + options.UnitsFolder))
        {
            string name = Path.GetFileName(path);
            if (name.StartsWith('.'))
                File.Delete(path);
            else
                names.Add(name);
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <summary>The text of a unit; null if there is none.</summary>
    public string? ReadText(string name) => ReadFile(TextPath(name));

    /// <summary>The drop-in of a unit; null if there is none.</summary>
    public string? ReadDropIn(string name) => ReadFile(DropInPath(name));

    /// <summary>Whether systemd is led to the text.</summary>
    public bool IsLinked(string name) => new FileInfo(options.Root + LinkPath(name)).LinkTarget == TextPath(name);

    public void WriteText(string name, string text) =>
        SmallFiles.Write(options.Root + TextPath(name), Encoding.UTF8.GetBytes(text), TextMode, replaces: true);

    /// <summary>Writes the drop-in, or removes it where there is nothing to say.</summary>
    public void WriteDropIn(string name, string? text)
    {
        string path = options.Root + DropInPath(name);
        string folder = Path.GetDirectoryName(path)!;
        if (text is null)
        {
            if (!Directory.Exists(folder))
                return;
            File.Delete(path);
            if (!Directory.EnumerateFileSystemEntries(folder).Any())
                Directory.Delete(folder);
            return;
        }

        Directory.CreateDirectory(folder);
        SmallFiles.Write(path, Encoding.UTF8.GetBytes(text), SecretMode, replaces: true);
    }

    /// <summary>Removes all of a unit.</summary>
    public void Remove(string name)
    {
        if (IsLinked(name))
            File.Delete(options.Root + LinkPath(name));
        WriteDropIn(name, null);
        File.Delete(options.Root + TextPath(name));
    }

    /// <summary>The drop-in that gives a unit these variables; null where none are needed.</summary>
    public static string? DropInText(string name, IReadOnlyDictionary<string, string> environment)
    {
        StringBuilder text = new();
        if (environment.ContainsKey(FencingToken))
        {
            // A machine that sleeps cannot hold its lease, and the guard's clock stands still meanwhile.
            text.Append("[Unit]\nConflicts=sleep.target\nBefore=sleep.target\n")
                .Append("AssertPathExists=!").Append(LeaseOver).Append('\n');
        }

        string section = name[(name.LastIndexOf('.') + 1)..] switch
        {
            "service" => "Service",
            "socket" => "Socket",
            "mount" => "Mount",
            "swap" => "Swap",
            _ => "",
        };
        if (environment.Count > 0 && section.Length > 0)
        {
            text.Append('[').Append(section).Append("]\n");
            foreach (string key in environment.Keys.Order(StringComparer.Ordinal))
            {
                string value = environment[key];
                text.Append("Environment=\"").Append(Escape(key)).Append('=').Append(Escape(value)).Append("\"\n");
            }
        }

        return text.Length == 0 ? null : text.ToString();
    }

    // systemd.syntax(7): quoted, with C escapes; % begins a specifier.
    private static string Escape(string value)
    {
        StringBuilder text = new(value.Length);
        foreach (char letter in value)
        {
            _ = letter switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '%' => text.Append("%%"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                _ => text.Append(letter),
            };
        }

        return text.ToString();
    }

    private string? ReadFile(string path)
    {
        string seen = options.Root + path;
        return File.Exists(seen) ? Encoding.UTF8.GetString(SmallFiles.Read(seen)) : null;
    }
}
