using CoreNode.Documents;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Ignition;

/// <summary>Reads systemd.units.</summary>
internal sealed class IgnitionUnits(IgnitionReport report)
{
    // systemd.unit(5): with its type a name has at most 255 characters.
    private const int MostName = 255;

    private const string TextAdvice = "write [Section] and below it Option=value, a line each";

    private static readonly string[] s_types =
    [
        ".service", ".socket", ".device", ".mount", ".automount", ".swap", ".target", ".path", ".timer", ".slice",
        ".scope", ".snapshot",
    ];

    // Templates with a text that cannot be enabled, by name.
    private readonly HashSet<string> _bare = new(StringComparer.Ordinal);

    /// <summary>The units.</summary>
    public List<DesiredUnit> Read(MapNode? systemd)
    {
        List<DesiredUnit> units = [];
        IReadOnlyList<DocumentNode> items = systemd.FindItems("units");
        for (int at = 0; at < items.Count; at++)
        {
            if (items[at] is MapNode item && Unit(item, $"systemd.units[{at}]") is { } unit)
                units.Add(unit);
        }

        for (int at = 0; at < items.Count; at++)
        {
            if (items[at] is MapNode item)
                CheckTemplate(item, $"systemd.units[{at}]");
        }

        for (int at = 0; at < units.Count; at++)
        {
            if (units[at].Command is not null && _bare.Contains(TemplateOf(units[at].Name)))
                units[at] = units[at] with { Command = null };
        }

        return units;
    }

    private DesiredUnit? Unit(MapNode item, string key)
    {
        if (item.FindText("name") is not { Text.Length: > 0 } name)
        {
            report.Missing(item, "name", key, "a unit needs a name, such as \"web.service\"");
            return null;
        }

        if (NameComplaint(name.Text, out string advice) is { } wrong)
        {
            report.Error(name, $"{key}.name", wrong, advice);
            return null;
        }

        ScalarNode? text = item.FindText("contents");
        bool isEnabled = item.FindSwitch("enabled") == true;
        bool? isMasked = item.FindSwitch("mask");
        if (text is { Text.Length: > 0 })
            CheckText(text, $"{key}.contents", name.Text, isEnabled);
        if (isMasked == true && (isEnabled || text is { Text.Length: > 0 }))
        {
            report.Warn(
                item, $"{key}.mask", $"\"{name.Text}\" is masked, so its contents and enabled have no effect",
                "delete mask, or the others");
        }

        return new DesiredUnit(name.Text)
        {
            Content = text is { Text.Length: > 0 } && isMasked != true ? text.Text : null,
            DropIns = DropIns(item, key),
            IsMasked = isMasked,
            IsEnabled = isMasked == true ? null : item.FindSwitch("enabled"),
            // Ignition runs before systemd starts what is enabled; here systemd has begun, and is told.
            Command = isEnabled && isMasked != true && IsStarted(name.Text, text?.Text) ? UnitVerb.Start : null,
            From = $"{report.Origins.Of(item).Source}: {key}",
            Place = name.Place,
        };
    }

    // A template is none that can be started; of a unit that comes from elsewhere it is taken that it starts at boot.
    private static bool IsStarted(string name, string? text) =>
        !name.Contains("@.", StringComparison.Ordinal) && (string.IsNullOrEmpty(text) || UnitText.IsOfBoot(text));

    private List<DesiredDropIn> DropIns(MapNode unit, string key)
    {
        List<DesiredDropIn> dropIns = [];
        IReadOnlyList<DocumentNode> items = unit.FindItems("dropins");
        for (int at = 0; at < items.Count; at++)
        {
            if (items[at] is not MapNode item)
                continue;
            string where = $"{key}.dropins[{at}]";
            if (item.FindText("name") is not { Text.Length: > 0 } name)
            {
                report.Missing(item, "name", where, "a drop-in needs a name, such as \"10-name.conf\"");
                continue;
            }

            if (!name.Text.EndsWith(".conf", StringComparison.Ordinal) || !IsFileName(name.Text))
            {
                report.Error(
                    name, $"{where}.name", "a drop-in is a file name that ends in \".conf\"", "write \"10-name.conf\"");
                continue;
            }

            if (item.FindText("contents") is not { } text)
                continue;
            if (UnitText.Complaint(text.Text, out _) is { } wrong)
                report.Error(text, $"{where}.contents", wrong, TextAdvice);
            dropIns.Add(new DesiredDropIn(name.Text, text.Text));
        }

        return dropIns;
    }

    private void CheckText(ScalarNode text, string key, string name, bool isEnabled)
    {
        if (UnitText.Complaint(text.Text, out bool hasInstall) is { } wrong)
            report.Error(text, key, wrong, TextAdvice);
        else if (hasInstall)
            return;
        else if (isEnabled)
            NoInstall(text, key, name);
        else if (name.Contains("@.", StringComparison.Ordinal))
            _bare.Add(name);
    }

    private void CheckTemplate(MapNode item, string key)
    {
        string template = TemplateOf(item.FindText("name")?.Text ?? "");
        if (item.FindSwitch("enabled") == true && _bare.Contains(template))
            NoInstall(item, key, template);
    }

    // Of "a@b.service" it is "a@.service"; empty: it is no instance.
    private static string TemplateOf(string name)
    {
        int at = name.IndexOf('@', StringComparison.Ordinal);
        int dot = name.LastIndexOf('.');
        return at < 0 || dot < at + 2 ? "" : $"{name[..(at + 1)]}{name[dot..]}";
    }

    private void NoInstall(DocumentNode node, string key, string name) => report.Warn(
        node, key, $"\"{name}\" has no section [Install], so enabling it does nothing",
        "add [Install] with WantedBy=multi-user.target");

    private static string? NameComplaint(string name, out string advice)
    {
        advice = "write \"web.service\"";
        if (!IsFileName(name))
            return "a unit's name is a file name, such as \"web.service\"";
        advice = name[(name.LastIndexOf('.') + 1)..] is "network" or "netdev" or "link"
            ? "write it as a file below /etc/systemd/network"
            : name.Contains('.', StringComparison.Ordinal) ? advice : $"write \"{name}.service\"";
        foreach (string type in s_types)
        {
            if (name.EndsWith(type, StringComparison.Ordinal))
                return name.Length == type.Length ? "the unit's name is missing before its type" : null;
        }

        return "a unit's name ends in its type: .service, .socket, .mount, .automount, .swap, .target, .path, .timer, "
            + ".slice or .scope; files of systemd-networkd are written by storage.files";
    }

    private static bool IsFileName(string name) => name.Length is > 0 and <= MostName
        && !name.Contains('/', StringComparison.Ordinal) && name.AsSpan().IndexOfAnyInRange('\0', '\x20') < 0;
}
