using CoreNode.Provision.Model;

namespace CoreNode.Provision.CloudConfig;

/// <summary>
/// Units of CoreOS's services in a configuration that is no cloud-config, such as Ignition's: the same becomes of them
/// as of those in coreos.units. Pure.
/// </summary>
public static class OldUnits
{
    /// <summary>The same with options of the node in their place.</summary>
    /// <param name="config">What was read.</param>
    /// <param name="source">The input as people know it.</param>
    /// <param name="rules">What must be known.</param>
    public static ConfigResult Resolve(ConfigResult config, string source, CloudConfigRules rules)
    {
        if (config.IsRefused || !HasAny(config.Desired))
            return config;
        Report report = new(source);
        OldServices services = new(report);
        List<DesiredUnit> units = [];
        DesiredUnit? own = null;
        foreach (DesiredUnit unit in config.Desired.Units)
        {
            if (OldServices.Find(unit.Name) is { } service)
                own = Take(services, service, unit, report) ?? own;
            else
                units.Add(unit);
        }

        if (own is not null)
            units.Add(own);
        OptionList options = new(rules, report);
        services.AddTo(options);
        options.Check();
        return new ConfigResult(
            config.Desired with { Units = units, Options = [.. config.Desired.Options, .. options.Options] },
            [.. config.Findings, .. report.Findings()]);
    }

    private static bool HasAny(DesiredMachine machine)
    {
        foreach (DesiredUnit unit in machine.Units)
        {
            if (OldServices.Find(unit.Name) is not null)
                return true;
        }

        return false;
    }

    private static DesiredUnit? Take(OldServices services, OldService service, DesiredUnit unit, Report report)
    {
        int end = unit.From.LastIndexOf(": ", StringComparison.Ordinal);
        string key = end < 0 ? unit.From : unit.From[(end + 2)..];
        foreach (DesiredDropIn dropIn in unit.DropIns)
            services.AddDropIn(unit.Name, dropIn.Name, new TextItem(dropIn.Content, unit.Place, $"{key}.dropins"));
        if (unit.Content is { } content)
        {
            TextItem item = new(content, unit.Place, $"{key}.contents");
            report.Warning(
                item.Place, item.Key, $"{unit.Name} is {UnitsSection.OwnUnit} now: its text is not written",
                "give a unit of your own another name");
            services.AddDropIn(unit.Name, "", item);
        }

        TextItem named = new(unit.Name, unit.Place, $"{key}.name");
        if (unit.IsMasked == true || unit.IsEnabled == false)
            services.TurnOff(service, named);
        else if (unit.IsEnabled == true)
        {
            services.Start(service, named);
            return new DesiredUnit(UnitsSection.OwnUnit)
            {
                IsEnabled = true,
                Command = UnitVerb.Start,
                From = unit.From,
                Place = unit.Place,
            };
        }

        return null;
    }
}
