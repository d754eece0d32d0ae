using CoreNode.Documents;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.CloudConfig;

/// <summary>
/// Reads cloud-config as coreos-cloudinit knew it, and says all that is wrong with it at once, with places. What was
/// about CoreOS's services becomes options of the node, and the section `corenode:` has those without an ancestor.
/// Pure; each call is on its own.
/// </summary>
public static class CloudConfigReader
{
    private const int LongestHostname = 64;

    private static readonly string[] s_top =
        ["ssh_authorized_keys", "hostname", "manage_etc_hosts", "users", "write_files", "coreos", "corenode"];

    private static readonly string[] s_coreos =
        ["units", "update", "oem", "locksmith", "fleet", "flannel", "etcd", "etcd2"];

    private static readonly string[] s_foreign =
    [
        "packages", "package_update", "package_upgrade", "runcmd", "bootcmd", "chpasswd", "timezone", "locale", "ntp",
        "mounts", "swap", "groups", "disk_setup", "fs_setup", "growpart", "final_message", "power_state", "apt",
        "ssh_pwauth", "disable_root", "fqdn", "phone_home", "ca_certs", "resolv_conf",
    ];

    /// <summary>What the text asks for, and what is to be said of it.</summary>
    /// <param name="root">The parsed text; null: it was empty.</param>
    /// <param name="source">The input as people know it.</param>
    /// <param name="rules">What must be known.</param>
    public static ConfigResult Read(DocumentNode? root, string source, CloudConfigRules rules)
    {
        Report report = new(source);
        if (root is null || Section.Open(root, "", report, s_top, OfTop) is not { } top)
            return new ConfigResult(DesiredMachine.Nothing, report.Findings());
        UsersSection users = new(rules, report);
        users.ReadKeys(top);
        IReadOnlyList<DocumentNode> nodes = top.Maps("users");
        for (int i = 0; i < nodes.Count; i++)
            users.Read(nodes[i], $"users[{i}]");
        FilesSection files = new(rules, report);
        nodes = top.Maps("write_files");
        for (int i = 0; i < nodes.Count; i++)
            files.Read(nodes[i], $"write_files[{i}]");
        OldServices services = new(report);
        UnitsSection units = new(services, report);
        List<DesiredFile> written = files.Files;
        if (top.Find("coreos") is { } coreos
            && Section.Open(coreos.Value, "coreos", report, s_coreos, OfCoreos) is { } section)
        {
            ReadCoreos(section, services, units, written, rules, report);
        }

        OptionList options = new(rules, report);
        services.AddTo(options);
        if (top.Find("corenode") is { } node)
            NodeSection.Read(node.Value, options, rules, report);
        options.Check();
        DesiredMachine desired = new()
        {
            Hostname = Hostname(top, report),
            ManagesEtcHosts = ManagesEtcHosts(top, report),
            Users = users.Users,
            Files = written,
            Units = units.Units,
            Options = options.Options,
        };
        return new ConfigResult(desired, report.Findings());
    }

    private static void ReadCoreos(
        Section coreos, OldServices services, UnitsSection units, List<DesiredFile> files, CloudConfigRules rules,
        Report report)
    {
        // Sections first: variables in drop-ins of units come before or after them by the drop-ins' names.
        foreach ((string name, MapEntry entry) in coreos.Entries)
        {
            if (name == "oem")
            {
                if (OemSection.Read(entry.Value, rules.IsOem, report) is { } release)
                    files.Add(release);
            }
            else if (name != "units")
                services.Read(name, entry.Value);
        }

        IReadOnlyList<DocumentNode> nodes = coreos.Maps("units");
        for (int i = 0; i < nodes.Count; i++)
            units.Read(nodes[i], $"coreos.units[{i}]");
    }

    private static string OfTop(string key) => Array.IndexOf(s_coreos, key) >= 0
        ? $"write {key}: below coreos:"
        : Array.IndexOf(s_foreign, key) >= 0 ? "other cloud-inits know it; write a unit or a file instead" : "";

    private static string OfCoreos(string key) =>
        Array.IndexOf(s_top, key) >= 0 ? $"write {key}: at the beginning of a line, not below coreos:" : "";

    private static string? Hostname(Section top, Report report)
    {
        if (top.Text("hostname")?.Trim() is not { Length: > 0 } name)
            return null;
        string form = Placeholders.ForChecks(name);
        bool isHost = form.Length <= LongestHostname;
        bool isDns = form[0] is not ('-' or '.') && form[^1] is not ('-' or '.');
        foreach (char letter in form)
        {
            isHost &= letter is > ' ' and < '\x7f' and not ('/' or ':' or '"' or '\'' or '\\');
            isDns &= char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.';
        }

        if (!isHost)
        {
            report.Error(
                top.PlaceOf("hostname"), "hostname", $"{Report.Shown(name)} is no name of a machine",
                $"write letters, digits, dashes and dots, at most {LongestHostname}");
            return null;
        }

        if (!isDns)
        {
            report.Warning(
                top.PlaceOf("hostname"), "hostname", $"{Report.Shown(name)} is no name that DNS can have",
                "write letters, digits, and dashes between them");
        }

        return name;
    }

    private static bool ManagesEtcHosts(Section top, Report report)
    {
        if (top.Text("manage_etc_hosts") is not { Length: > 0 } text)
            return false;
        if (text == "localhost")
            return true;
        if (Values.SwitchOf(text) == false)
            return false;
        report.Error(
            top.PlaceOf("manage_etc_hosts"), "manage_etc_hosts", $"{Report.Shown(text)} is nothing that can be done",
            "write manage_etc_hosts: localhost");
        return false;
    }
}
