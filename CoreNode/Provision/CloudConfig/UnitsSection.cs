using CoreNode.Documents;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.CloudConfig;

/// <summary>coreos.units.</summary>
internal sealed class UnitsSection(OldServices services, Report report)
{
    /// <summary>What CoreOS's services are now.</summary>
    public const string OwnUnit = "corenode.service";

    private const int MostDropIns = 200;
    private const int LongestText = 1 << 20;

    private static readonly string[] s_keys =
        ["name", "mask", "enable", "runtime", "content", "command", "drop_ins"];

    private static readonly string[] s_dropInKeys = ["name", "content"];

    // In the order of UnitVerb.
    private static readonly string[] s_verbs =
    [
        "start", "stop", "restart", "reload", "try-restart", "reload-or-restart", "reload-or-try-restart",
    ];

    private readonly List<DesiredUnit> _units = [];
    private readonly Dictionary<string, int> _places = [];
    private readonly Dictionary<string, TextPlace> _named = [];

    /// <summary>The units, each once, where it was first named.</summary>
    public IReadOnlyList<DesiredUnit> Units => _units;

    /// <summary>Reads one item of the list.</summary>
    public void Read(DocumentNode node, string path)
    {
        if (Section.Open(node, path, report, s_keys) is not { } section
            || section.NeededText("name", "web.service") is not { } name)
        {
            return;
        }

        TextItem named = new(name, section.PlaceOf("name"), section.Key("name"));
        string problem = UnitChecks.OfName(Placeholders.ForChecks(name), out string suggestion);
        if (problem.Length > 0)
        {
            report.Error(named.Place, named.Key, $"{problem}: {Report.Shown(name)}", suggestion);
            return;
        }

        if (!_named.TryAdd(name, named.Place))
        {
            report.Warning(
                named.Place, named.Key, $"{name} stands here and at {_named[name]}: the later one counts",
                "make one of them");
        }

        if (OldServices.Find(name) is { } service)
            AddOld(service, section, named);
        else
            AddOwn(section, named);
    }

    private void AddOwn(Section section, TextItem named)
    {
        string? content = section.Text("content");
        if (content?.Length > LongestText)
        {
            report.Error(
                section.PlaceOf("content"), section.Key("content"), $"a unit has at most {LongestText} characters",
                "write the data into a file (write_files)");
            return;
        }

        bool isMasked = section.Switch("mask");
        bool isRuntime = section.Switch("runtime");
        UnitVerb? verb = Verb(section);
        DesiredUnit unit = new(named.Text)
        {
            Content = string.IsNullOrEmpty(content) ? null : content,
            DropIns = DropIns(section, out _),
            IsRuntime = isRuntime,
            IsMasked = isMasked ? true : isRuntime ? false : null,
            IsEnabled = section.Switch("enable") ? true : null,
            Command = verb,
            From = $"{report.Source}: {section.Path}",
            Place = section.Place,
        };
        Check(unit, section, named);
        if (unit.IsNetwork)
            unit = unit with { Command = null, IsEnabled = null };
        Put(unit);
    }

    private void Check(DesiredUnit unit, Section section, TextItem named)
    {
        if (unit.Content is { } content)
        {
            TextPlace place = section.PlaceOf("content");
            if (!UnitChecks.BeginsWithSection(content))
            {
                report.Warning(
                    place, section.Key("content"), "systemd skips what stands before the first section",
                    "begin with [Unit] or [Service]");
            }
            else if (unit.IsEnabled == true && !unit.IsNetwork && !UnitChecks.HasSection(content, "[Install]"))
            {
                report.Warning(
                    section.PlaceOf("enable"), section.Key("enable"), "enabling it does nothing: it has no [Install]",
                    "write [Install] with WantedBy=multi-user.target");
            }

            if (unit.IsMasked == true)
            {
                report.Warning(
                    section.PlaceOf("mask"), section.Key("mask"), "masked and with content: the content is of no use",
                    "remove one of them");
            }
        }

        if (unit.IsNetwork && section.Find("command") is not null)
        {
            report.Warning(
                section.PlaceOf("command"), section.Key("command"),
                "a network unit has no command: systemd-networkd is restarted when one changes", "remove it");
        }

        if (unit.IsNetwork && unit.IsEnabled == true)
        {
            report.Warning(
                section.PlaceOf("enable"), section.Key("enable"), "a network unit cannot be enabled: it is always on",
                "remove it");
        }

        // What was said and refused is no silence.
        bool isIdle = unit is { Content: null, Command: null, IsMasked: null, IsEnabled: null, DropIns.Count: 0 }
            && section.Find("command") is null && section.Find("content")?.Value is null or ScalarNode { Text: "" }
            && section.Find("drop_ins")?.Value is null or ListNode { Items.Count: 0 };
        if (isIdle)
        {
            report.Warning(
                named.Place, section.Path, $"nothing is said about {named.Text}",
                "write content, drop-ins, command, enable or mask");
        }
    }

    // CoreOS's own services: their settings become the node's, and what is done with them is done with the node.
    private void AddOld(OldService service, Section section, TextItem named)
    {
        List<DesiredDropIn> dropIns = DropIns(section, out List<TextItem> items);
        for (int i = 0; i < dropIns.Count; i++)
            services.AddDropIn(named.Text, dropIns[i].Name, items[i]);

        if (section.Text("content") is { Length: > 0 } content)
        {
            TextItem item = new(content, section.PlaceOf("content"), section.Key("content"));
            report.Warning(
                item.Place, item.Key, $"{named.Text} is {OwnUnit} now: its text is not written",
                "give a unit of your own another name");
            services.AddDropIn(named.Text, "", item);
        }

        UnitVerb? verb = Verb(section);
        bool isEnabled = section.Switch("enable");
        if (section.Switch("mask") || verb == UnitVerb.Stop)
        {
            services.TurnOff(service, named);
            return;
        }

        if (verb is null && !isEnabled)
            return;
        if (verb is not (UnitVerb.Reload or UnitVerb.TryRestart or UnitVerb.ReloadOrTryRestart))
            services.Start(service, named);
        Put(new DesiredUnit(OwnUnit)
        {
            IsEnabled = isEnabled ? true : null,
            Command = verb switch
            {
                null => null,
                UnitVerb.Start => UnitVerb.Start,
                UnitVerb.Restart or UnitVerb.ReloadOrRestart => UnitVerb.Restart,
                _ => UnitVerb.TryRestart,
            },
            From = $"{report.Source}: {section.Path}",
            Place = section.Place,
        });
    }

    // A unit that comes again counts as it came last; of the node's own what comes together adds up.
    private void Put(DesiredUnit unit)
    {
        if (!_places.TryGetValue(unit.Name, out int at))
        {
            _places.Add(unit.Name, _units.Count);
            _units.Add(unit);
            return;
        }

        _units[at] = unit.Name != OwnUnit
            ? unit
            : unit with
            {
                Content = unit.Content ?? _units[at].Content,
                DropIns = unit.DropIns.Count > 0 ? unit.DropIns : _units[at].DropIns,
                IsEnabled = unit.IsEnabled ?? _units[at].IsEnabled,
                IsMasked = unit.IsMasked ?? _units[at].IsMasked,
                Command = Stronger(unit.Command, _units[at].Command),
            };
    }

    private static UnitVerb? Stronger(UnitVerb? a, UnitVerb? b) => a == UnitVerb.Restart || b == UnitVerb.Restart
        ? UnitVerb.Restart
        : a == UnitVerb.Start || b == UnitVerb.Start ? UnitVerb.Start : a ?? b;

    private UnitVerb? Verb(Section section)
    {
        if (section.Text("command") is not { Length: > 0 } word)
            return null;
        int at = Array.IndexOf(s_verbs, word);
        if (at >= 0)
            return (UnitVerb)at;
        report.Error(
            section.PlaceOf("command"), section.Key("command"), $"there is no command {Report.Shown(word)}",
            Report.Nearest(word, s_verbs) is { Length: > 0 } nearest ? nearest : $"write {string.Join(", ", s_verbs)}");
        return null;
    }

    private List<DesiredDropIn> DropIns(Section section, out List<TextItem> items)
    {
        List<DesiredDropIn> dropIns = [];
        items = [];
        IReadOnlyList<DocumentNode> nodes = section.Maps("drop_ins");
        if (nodes.Count > MostDropIns)
        {
            report.Error(
                section.PlaceOf("drop_ins"), section.Key("drop_ins"), $"a unit has at most {MostDropIns} drop-ins",
                "put the lines of several into one");
            return dropIns;
        }

        for (int i = 0; i < nodes.Count; i++)
        {
            if (Section.Open(nodes[i], $"{section.Key("drop_ins")}[{i}]", report, s_dropInKeys) is not { } one
                || one.NeededText("name", "10-limits.conf") is not { } name)
            {
                continue;
            }

            string problem = UnitChecks.OfDropIn(name, out string suggestion);
            string? content = one.Text("content");
            if (problem.Length > 0)
                report.Error(one.PlaceOf("name"), one.Key("name"), $"{problem}: {Report.Shown(name)}", suggestion);
            else if (content?.Length > LongestText)
            {
                report.Error(
                    one.PlaceOf("content"), one.Key("content"), $"it has at most {LongestText} characters",
                    "write the data into a file (write_files)");
            }
            else if (string.IsNullOrEmpty(content))
                report.Warning(one.Place, one.Path, $"{name} has no content: it is not written", "write content: |");
            else
            {
                int at = IndexOf(dropIns, name);
                if (at >= 0)
                {
                    report.Warning(
                        one.PlaceOf("name"), one.Key("name"), $"{name} is there twice: the later one counts",
                        "make one of them");
                    dropIns.RemoveAt(at);
                    items.RemoveAt(at);
                }

                dropIns.Add(new DesiredDropIn(name, content));
                items.Add(new TextItem(content, one.PlaceOf("content"), one.Key("content")));
            }
        }

        return dropIns;
    }

    private static int IndexOf(List<DesiredDropIn> dropIns, string name)
    {
        for (int i = 0; i < dropIns.Count; i++)
        {
            if (dropIns[i].Name == name)
                return i;
        }

        return -1;
    }
}
