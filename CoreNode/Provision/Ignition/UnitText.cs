namespace CoreNode.Provision.Ignition;

/// <summary>Looks at the text of a unit as Ignition's validator does: sections, options, and nothing else.</summary>
internal static class UnitText
{
    // What is wanted by these only is not started when the machine is, systemd.special(7).
    private static readonly string[] s_notOfBoot =
    [
        "shutdown.target", "reboot.target", "poweroff.target", "halt.target", "kexec.target", "final.target",
        "umount.target", "exit.target", "rescue.target", "emergency.target", "sleep.target", "suspend.target",
        "hibernate.target", "hybrid-sleep.target", "suspend-then-hibernate.target",
    ];

    /// <summary>True if enabling it has it started when the machine starts.</summary>
    public static bool IsOfBoot(string text)
    {
        bool isInstall = false;
        foreach (string raw in text.Split('\n'))
        {
            string line = raw.Trim();
            if (line.StartsWith('['))
                isInstall = line == "[Install]";
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (!isInstall || equals < 0 || line[..equals].TrimEnd() is not ("WantedBy" or "RequiredBy" or "UpheldBy"))
                continue;
            foreach (string by in line[(equals + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (Array.IndexOf(s_notOfBoot, by) < 0)
                    return true;
            }
        }

        return false;
    }

    /// <summary>What is wrong with it; null: nothing.</summary>
    /// <param name="text">The text.</param>
    /// <param name="hasInstall">True if it has a section [Install].</param>
    public static string? Complaint(string text, out bool hasInstall)
    {
        hasInstall = false;
        bool continues = false;
        bool isInSection = false;
        int number = 0;
        foreach (string raw in text.Split('\n'))
        {
            number++;
            string line = raw.Trim();
            if (continues)
            {
                // Comments between the lines of a value are left out, systemd.syntax(7).
                continues = line.EndsWith('\\') || line.StartsWith('#') || line.StartsWith(';');
                continue;
            }

            if (line.Length == 0 || line[0] is '#' or ';')
                continue;
            if (line[0] == '[')
            {
                int end = line.IndexOf(']', StringComparison.Ordinal);
                if (end < 0)
                    return $"line {number} of the unit opens a section with \"[\" and does not close it";
                if (end != line.Length - 1)
                    return $"line {number} of the unit has something behind the name of its section";
                isInSection = true;
                hasInstall |= line == "[Install]";
                continue;
            }

            // What stands before the first section is left out by systemd, with a warning.
            if (isInSection && !line.Contains('=', StringComparison.Ordinal))
                return $"line {number} of the unit is neither [Section], Option=value nor # comment";
            continues = line.EndsWith('\\');
        }

        return null;
    }
}
