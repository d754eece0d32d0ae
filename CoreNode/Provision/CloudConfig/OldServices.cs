using CoreNode.Documents;
using CoreNode.Windows;

namespace CoreNode.Provision.CloudConfig;

/// <summary>
/// CoreOS's services, which are one service now: what their sections and units say becomes options of the node.
/// </summary>
internal sealed class OldServices(Report report)
{
    private const string Modules = "store,units,updates";
    private const string FleetSocket = "/run/fleet.sock";
    private const string DockerFile = "/run/flannel/flannel_docker_opts.env";
    private const string OwnStore = "has no effect in CoreNode: the node's own store is used";
    private const string OwnDropIn = "20-cloudinit.conf";
    private const int LongestWindow = 64;

    private static readonly (string Unit, OldService Service, string Prefix)[] s_units =
    [
        ("etcd2.service", OldService.Etcd, "ETCD_"), ("etcd.service", OldService.Etcd, "ETCD_"),
        ("fleet.service", OldService.Fleet, "FLEET_"), ("fleet.socket", OldService.Fleet, "FLEET_"),
        ("locksmithd.service", OldService.Locksmith, "LOCKSMITHD_"),
        ("update-engine.service", OldService.UpdateEngine, ""),
        ("flanneld.service", OldService.Flannel, "FLANNELD_"), ("flanneld.socket", OldService.Flannel, "FLANNELD_"),
    ];

    private readonly ServiceSettings _etcd2 = new("coreos.etcd2", ServiceKeys.Etcd2, report);
    private readonly ServiceSettings _etcd = new("coreos.etcd", ServiceKeys.Etcd, report);
    private readonly ServiceSettings _fleet = new("coreos.fleet", ServiceKeys.Fleet, report);
    private readonly ServiceSettings _locksmith = new("coreos.locksmith", ServiceKeys.Locksmith, report);
    private readonly ServiceSettings _update = new("coreos.update", ServiceKeys.Update, report);
    private readonly ServiceSettings _flannel = new("coreos.flannel", ServiceKeys.Flannel, report);
    private readonly Dictionary<OldService, TextItem> _started = [];
    private readonly Dictionary<OldService, TextItem> _off = [];

    /// <summary>The service that a unit of that time was; null: another unit.</summary>
    public static OldService? Find(string unit)
    {
        foreach ((string name, OldService service, _) in s_units)
        {
            if (name == unit)
                return service;
        }

        return null;
    }

    /// <summary>Reads coreos.NAME of one of them.</summary>
    public void Read(string name, DocumentNode node)
    {
        switch (name)
        {
            case "etcd2":
                _etcd2.Read(node, []);
                break;
            case "etcd":
                _etcd.Read(node, ServiceKeys.Etcd2);
                break;
            case "fleet":
                _fleet.Read(node, []);
                break;
            case "locksmith":
                _locksmith.Read(node, []);
                break;
            case "update":
                _update.Read(node, []);
                break;
            default:
                _flannel.Read(node, []);
                break;
        }
    }

    /// <summary>One of their units is started.</summary>
    public void Start(OldService service, TextItem from) => _started.TryAdd(service, from);

    /// <summary>One of their units is masked or stopped.</summary>
    public void TurnOff(OldService service, TextItem from) => _off.TryAdd(service, from);

    /// <summary>The variables of a drop-in become settings; what else is in it is said.</summary>
    /// <param name="unit">The unit's name.</param>
    /// <param name="dropIn">The drop-in's name; empty: the unit itself.</param>
    /// <param name="content">Its text, and where it stands.</param>
    public void AddDropIn(string unit, string dropIn, TextItem content)
    {
        (_, OldService service, string prefix) = Array.Find(s_units, row => row.Unit == unit);
        bool wins = string.CompareOrdinal(dropIn, OwnDropIn) > 0;
        List<string> others = [];
        foreach ((string name, string value) in UnitEnvironment.Read(content.Text, others))
        {
            TextItem item = new(value.Trim(), content.Place, $"{content.Key} ({Report.Shown(name).Trim('"')})");
            if (value.Length > 0 && !Set(service, prefix, name, item, wins))
            {
                report.Warning(
                    content.Place, content.Key,
                    $"{Report.Shown(name)} has no effect: {unit} is corenode.service now",
                    "write the option of the node below corenode:");
            }
        }

        if (others.Count > 0)
        {
            report.Warning(
                content.Place, content.Key,
                $"{string.Join("=, ", others.ConvertAll(static name => Report.Shown(name).Trim('"')))}= has no effect: "
                    + $"{unit} is corenode.service now",
                others.Exists(static name => name.StartsWith("Exec", StringComparison.Ordinal))
                    ? "write a unit of its own with After=corenode.service that runs the command"
                    : "write a drop-in of corenode.service");
        }
    }

    /// <summary>Turns all of it into options.</summary>
    public void AddTo(OptionList options)
    {
        AddEtcd(options);
        AddFleet(options);
        AddStore(options);
        _locksmith.AddTo(options);
        AddWindow(options);
        _update.AddTo(options);
        AddRebootsOff(options);
        AddFlannel(options);
        AddModules(options);
    }

    private bool Set(OldService service, string prefix, string name, TextItem item, bool wins)
    {
        string key = name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;
        if (service == OldService.Locksmith && key.StartsWith("REBOOT_", StringComparison.Ordinal))
        {
            return key == "REBOOT_STRATEGY"
                ? _update.Set("reboot_strategy", item, wins)
                : _locksmith.Set(key["REBOOT_".Length..].ToLowerInvariant(), item, wins);
        }

        if (prefix.Length == 0 || key.Length == name.Length)
            return false;
        key = key == "IFACE" ? "interface" : key.ToLowerInvariant();
        return service switch
        {
            OldService.Etcd => _etcd2.Set(key, item, wins) || _etcd.Set(key, item, wins),
            OldService.Fleet => _fleet.Set(key, item, wins),
            OldService.Locksmith => _locksmith.Set(key, item, wins),
            _ => _flannel.Set(key, item, wins),
        };
    }

    // Where it is off and started as well (etcd.service is masked, etcd2.service is started), it is on.
    private TextItem? IsOff(OldService service) =>
        _started.ContainsKey(service) ? null : _off.GetValueOrDefault(service);

    private void AddEtcd(OptionList options)
    {
        EtcdSettings.AddTo(options, _etcd2, report);
        if (!_etcd.HasAny)
            return;
        if (_etcd2.HasAny)
        {
            report.Warning(
                _etcd.Place, "coreos.etcd", "etcd2 is there, too: this section is ignored", "remove the section etcd");
            return;
        }

        report.Warning(_etcd.Place, "coreos.etcd", "the section of etcd 0.4 is deprecated", "write etcd2, or corenode");
        EtcdSettings.AddTo(options, _etcd, report);
        EtcdSettings.AddAddresses(options, _etcd, report);
    }

    private void AddFleet(OptionList options)
    {
        _fleet.AddTo(options);
        if (_fleet.Find("metadata") is { } metadata)
        {
            List<string> pairs = [];
            foreach (string pair in metadata.Text.Split(','))
            {
                if (pair.Trim().Length > 0)
                    pairs.Add(pair.Trim());
            }

            options.Add("metadata", string.Join(',', pairs), metadata);
        }

        if (_fleet.Find("etcd_key_prefix") is { } prefix && prefix.Text.Trim('/') != "_coreos.com/fleet")
        {
            report.Warning(
                prefix.Place, prefix.Key, "has no effect in CoreNode: units are below /_coreos.com/fleet", "remove it");
        }

        if (_fleet.Find("verbosity") is { } verbosity && verbosity.Text != "0")
            options.Add("log-level", "debug", verbosity);
        if (_started.TryGetValue(OldService.Fleet, out TextItem? started))
            options.Add("fleet-socket", FleetSocket, started);
    }

    // On CoreOS each machine could have its etcd elsewhere, and each service asked where it was told to.
    private void AddStore(OptionList options)
    {
        bool isHere = _etcd2.HasAny || _etcd.HasAny || _started.ContainsKey(OldService.Etcd);
        TextItem? elsewhere = null;
        foreach (TextItem? told in (TextItem?[])
            [_fleet.Find("etcd_servers"), _locksmith.Find("endpoint"), _flannel.Find("etcd_endpoints")])
        {
            if (told is null)
                continue;
            string? urls = StoreUrls.Elsewhere(told, report);
            if (urls is null)
                report.Note(told.Place, told.Key, OwnStore, "remove it");
            else if (urls.Length == 0)
                continue;
            else if (isHere)
                report.Warning(told.Place, told.Key, OwnStore, "remove it");
            else if (elsewhere is null)
                elsewhere = told with { Text = urls };
            else if (elsewhere.Text != urls)
            {
                report.Warning(
                    told.Place, told.Key, $"a node has one store, and {elsewhere.Key} says where",
                    "remove one of them");
            }
        }

        if (elsewhere is not null)
            options.Add("store", elsewhere.Text, elsewhere);
        foreach ((string key, string option) in (ReadOnlySpan<(string, string)>)
            [("etcd_cafile", "trusted-ca-file"), ("etcd_certfile", "cert-file"), ("etcd_keyfile", "key-file")])
        {
            if (_fleet.Find(key) is not { } file)
                continue;
            if (elsewhere is not null)
                options.Add(option, file.Text, file);
            else
                report.Note(file.Place, file.Key, OwnStore, "remove it");
        }
    }

    private void AddWindow(OptionList options)
    {
        TextItem? start = _locksmith.Find("window_start");
        TextItem? length = _locksmith.Find("window_length");
        if ((start ?? length) is not { } any)
            return;
        if (start is null || length is null)
        {
            string missing = start is null ? "window_start" : "window_length";
            report.Error(
                any.Place, any.Key, $"{missing} is missing: without it there is no window, and the machine restarts at "
                + "any time",
                start is null ? "write window_start: Thu 23:00" : "write window_length: 1h30m");
            return;
        }

        MaintenanceWindow? window = start.Text.Length + length.Text.Length <= LongestWindow
            ? WindowText.OfLocksmith(start.Text, length.Text)
            : null;
        if (window is null)
        {
            report.Error(
                start.Place, start.Key,
                $"this is no window: {Report.Shown(start.Text)} for {Report.Shown(length.Text)}",
                "write window_start: Thu 23:00 or 23:00, and window_length: 1h30m, shorter than the week or the day");
            return;
        }

        options.Add("reboot-window", WindowText.Format(window), start);
    }

    private void AddRebootsOff(OptionList options)
    {
        if (IsOff(OldService.Locksmith) is not { } off)
            return;
        if (_update.Find("reboot_strategy") is { } strategy && strategy.Text != "off")
        {
            report.Warning(
                strategy.Place, strategy.Key, $"{off.Text} is off, so the machine does not restart by itself",
                "write off, or do not mask and stop it");
        }

        options.Add("reboot-strategy", "off", off);
    }

    private void AddFlannel(OptionList options)
    {
        _flannel.AddTo(options);
        if (_started.TryGetValue(OldService.Flannel, out TextItem? started))
        {
            options.Add("overlay", "default", started);
            options.Add("overlay-docker", DockerFile, started);
        }
        else if (_flannel.Place.Line > 0 && !_off.ContainsKey(OldService.Flannel))
        {
            report.Warning(
                _flannel.Place, "coreos.flannel", "nothing starts flanneld.service: the overlay stays off",
                "write a unit flanneld.service with command: start, or overlay: default below corenode:");
        }
    }

    private void AddModules(OptionList options)
    {
        List<string> modules = [.. Modules.Split(',')];
        TextItem? from = null;
        if (IsOff(OldService.UpdateEngine) is { } updates && modules.Remove("updates"))
            from = updates;
        if (IsOff(OldService.Fleet) is { } units && !options.Has("store") && modules.Remove("units"))
            from ??= units;
        if (IsOff(OldService.Etcd) is { } store)
        {
            if (options.Has("store") && modules.Remove("store"))
                from ??= store;
            else
            {
                report.Note(
                    store.Place, store.Key, "the node cannot be without a store: its own stays on",
                    "store: below corenode: names an etcd elsewhere");
            }
        }

        if (from is not null)
            options.Add("modules", string.Join(',', modules), from);
    }
}
