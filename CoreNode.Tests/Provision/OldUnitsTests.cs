using System.Text;
using CoreNode.Provision.CloudConfig;
using CoreNode.Provision.Ignition;
using CoreNode.Provision.Model;

namespace CoreNode.Tests.Provision;

/// <summary>Units of CoreOS's services in configurations for Ignition.</summary>
[TestFixture, Category("Unit")]
internal sealed class OldUnitsTests
{
    [Test]
    public void What_is_masked_or_disabled_turns_its_part_of_the_node_off()
    {
        ConfigResult result = Resolve("""
            { "name": "locksmithd.service", "mask": true }, { "name": "update-engine.service", "enabled": false },
            { "name": "web.service", "mask": true }
            """);
        Assert.That(Options(result), Is.EqualTo("reboot-strategy=off modules=store,units"));
        Assert.That(result.Desired.Units.Select(static one => one.Name), Is.EqualTo(new[] { "web.service" }));
        Assert.That(result.Findings, Is.Empty);
    }

    [Test]
    public void What_is_enabled_is_the_node_and_its_variables_are_options()
    {
        ConfigResult result = Resolve("""
            { "name": "etcd2.service", "enabled": true, "dropins": [{ "name": "30-name.conf",
              "contents": "[Service]\nEnvironment=ETCD_NAME=one\n" }] },
            { "name": "fleet.service", "enabled": true }
            """);
        DesiredUnit own = result.Desired.Units.Single();
        Assert.That($"{own.Name} {own.IsEnabled} {own.Command}", Is.EqualTo("corenode.service True Start"));
        Assert.That(Options(result), Does.Contain("name=one"));
    }

    [Test]
    public void A_text_of_such_a_unit_is_not_written_and_told_with_its_place()
    {
        ConfigResult result = Resolve("""
            { "name": "etcd2.service", "contents": "[Service]\nExecStart=/opt/etcd\n" }
            """);
        Assert.That(result.Desired.Units, Is.Empty);
        Assert.That(result.Findings, Has.Count.EqualTo(2));
        Assert.That(
            result.Findings.All(static one => one is { Severity: Severity.Warning, Source: "user-data", Place.Line: 1 }
                && one.Key.StartsWith("systemd.units[0].", StringComparison.Ordinal)),
            Is.True);
    }

    [Test]
    public void Without_such_units_nothing_changes()
    {
        ConfigResult read = Read("{ \"name\": \"web.service\", \"enabled\": true }");
        Assert.That(OldUnits.Resolve(read, "user-data", new CloudConfigRules()), Is.SameAs(read));
    }

    private static string Options(ConfigResult result) =>
        string.Join(' ', result.Desired.Options.Select(static one => $"{one.Name}={one.Value}"));

    private static ConfigResult Resolve(string units) =>
        OldUnits.Resolve(Read(units), "user-data", new CloudConfigRules());

    private static ConfigResult Read(string units)
    {
        ConfigResult result = IgnitionReader.Read(
            Encoding.UTF8.GetBytes(
                $$"""{ "ignition": { "version": "3.4.0" }, "systemd": { "units": [{{units}}] } }"""),
            "user-data", IgnitionRules.Default).Config;
        Assert.That(result.IsRefused, Is.False);
        return result;
    }
}
