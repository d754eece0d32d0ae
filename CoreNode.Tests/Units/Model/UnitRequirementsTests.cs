using CoreNode.Units.Model;

namespace CoreNode.Tests.Units.Model;

/// <summary>[X-Fleet]: fleet's keys by its own test cases, and CoreNode's keys.</summary>
[TestFixture, Category("Unit")]
internal sealed class UnitRequirementsTests
{
    [TestCase("MachineID=123", "123")]
    [TestCase("MachineID=\"123\" \"456\"", "123", TestName = "The_first_machine_id_wins")]
    [TestCase("X-ConditionMachineID=123", "123")]
    [TestCase("X-ConditionMachineID=456\nMachineID=123", "123", TestName = "The_new_spelling_wins")]
    [TestCase("X-ConditionMachineBootID=123", "123")]
    [TestCase("X-ConditionMachineBootID=123\nX-ConditionMachineID=456", "456")]
    [TestCase("MachineID=", "")]
    public void The_machine_id_has_three_spellings(string lines, string id) =>
        Assert.That(Of(lines).MachineId, Is.EqualTo(id));

    [TestCase("MachineMetadata=foo=bar", "foo:bar")]
    [TestCase("MachineMetadata=\"foo=bar\" \"foo=baz\"", "foo:bar|baz", TestName = "The_same_key_again_is_or")]
    [TestCase("MachineMetadata=foo=bar\nMachineMetadata=foo=baz", "foo:bar|baz")]
    [TestCase("MachineMetadata=\"foo=bar\" \"duck=quack\"", "foo:bar duck:quack", TestName = "Another_key_is_and")]
    [TestCase("MachineMetadata=foo=bar\nX-ConditionMachineMetadata=foo=old", "foo:old|bar")]
    [TestCase("MachineMetadata=foo=\nMachineMetadata==x\nMachineMetadata=a=b=c", "")]
    [TestCase("MachineMetadata=\"foo=a b\" \"x=y\"", "foo:a b x:y")]
    public void Metadata_is_read_as_fleet_reads_it(string lines, string expected)
    {
        IEnumerable<string> found = Of(lines).MachineMetadata.Select(m => $"{m.Key}:{string.Join('|', m.Values)}");
        Assert.That(string.Join(' ', found), Is.EqualTo(expected));
    }

    [Test]
    public void Metadata_is_met_by_any_of_its_values()
    {
        MetadataRequirement wanted = new("disk", ["ssd", "nvme"]);
        Assert.That(wanted.IsMetBy(new Dictionary<string, string> { ["disk"] = "nvme" }), Is.True);
        Assert.That(wanted.IsMetBy(new Dictionary<string, string> { ["disk"] = "hdd" }), Is.False);
        Assert.That(wanted.IsMetBy(new Dictionary<string, string> { ["ssd"] = "disk" }), Is.False);
    }

    [TestCase("Global=true", true)]
    [TestCase("Global=True", true)]
    [TestCase("Global=yes", true)]
    [TestCase("Global=1", true)]
    [TestCase("Global=on", true)]
    [TestCase("Global=t", true)]
    [TestCase("Global=what", false)]
    [TestCase("Global=y", false)]
    [TestCase("Global=true\nGlobal=false", false, TestName = "The_last_global_wins")]
    [TestCase("X-Global=true", false)]
    [TestCase("X-ConditionGlobal=true", false)]
    public void Global_knows_fleets_words(string lines, bool isGlobal) =>
        Assert.That(Of(lines).IsGlobal, Is.EqualTo(isGlobal));

    [Test]
    public void Names_of_units_may_share_a_line_and_be_repeated()
    {
        UnitRequirements unit = Of(
            "Conflicts=a*.service b.service\nX-Conflicts=old.service\nConflicts=\"c.service\" \"d.service\"\n"
            + "MachineOf=x.service\nX-ConditionMachineOf=y.service\nReplaces=r.service");
        Assert.That(
            unit.Conflicts,
            Is.EqualTo(new[] { "old.service", "a*.service", "b.service", "c.service", "d.service" }));
        Assert.That(unit.MachineOf, Is.EqualTo(new[] { "y.service", "x.service" }));
        Assert.That(unit.Replaces, Is.EqualTo(new[] { "r.service" }));
    }

    [Test]
    public void Specifiers_are_replaced_and_an_empty_one_asks_for_nothing()
    {
        UnitRequirements unit = Of("MachineOf=db@%i.service\nMachineMetadata=hostname=%i\nMachineID=%i", "w@7.service");
        Assert.That(unit.MachineOf, Is.EqualTo(new[] { "db@7.service" }));
        Assert.That(unit.MachineMetadata.Single().Values, Is.EqualTo(new[] { "7" }));
        Assert.That(unit.MachineId, Is.EqualTo("7"));
        Assert.That(Of("MachineID=%i", "w.service").MachineId, Is.Empty);
    }

    [Test]
    public void Keys_of_our_own_are_read()
    {
        UnitRequirements unit = Of(
            "Singleton=yes\nMemoryReserve=512M\nCPUReserve=50%\nWeight=3\nSpread=rack\nHealthExec=/bin/check \"a b\"\n"
            + "HealthHTTP=http://127.0.0.1:80/healthz\nHealthInterval=5s\nRescheduleOnFailure=on\n"
            + "Announce=/services/%p/%i http://%{ip}:80 %m\nAnnounce=/plain", "web@1.service");
        Assert.That(unit.IsSingleton && unit.IsRescheduledOnFailure && unit.HasHealthCheck, Is.True);
        Assert.That(
            (unit.MemoryReserveBytes, unit.CpuReserveMillis, unit.Weight, unit.Spread, unit.HealthInterval),
            Is.EqualTo((536_870_912L, 500, 3, "rack", TimeSpan.FromSeconds(5))));
        Assert.That(
            (unit.HealthExec, unit.HealthHttp), Is.EqualTo(("/bin/check \"a b\"", "http://127.0.0.1:80/healthz")));
        Assert.That(
            unit.Announce,
            Is.EqualTo(new UnitAnnouncement[] { new("/services/web/1", "http://%{ip}:80 %m"), new("/plain", "") }));
        Machine machine = new() { Id = "cafe", PublicIp = "10.0.0.7" };
        Assert.That(unit.Announce[0].On(machine).Value, Is.EqualTo("http://10.0.0.7:80 cafe"));
    }

    [Test]
    public void A_unit_without_the_section_asks_for_nothing() =>
        Assert.That(
            UnitRequirements.Of(UnitName.Parse("a.service")!, UnitFile.Of([new("Service", "Global", "true")])),
            Is.SameAs(UnitRequirements.None));

    [TestCase("MachineOf=a.service\nConflicts=a*",
        "unresolvable requirements: peer \"a.service\" matches conflict \"a*\"")]
    [TestCase("MachineOf=a.service\nReplaces=a*",
        "unresolvable requirements: peer \"a.service\" matches replace \"a*\"")]
    [TestCase("MachineID=1\nMachineOf=a.service", "MachineID cannot be used with Peers")]
    [TestCase("MachineID=1\nConflicts=a.service", "MachineID cannot be used with Conflicts")]
    [TestCase("MachineID=1\nGlobal=true", "MachineID cannot be used with Global")]
    [TestCase("MachineID=1\nReplaces=a.service", "MachineID cannot be used with Replaces")]
    [TestCase("Global=true\nMachineOf=a.service", "Global cannot be used with Peers")]
    [TestCase("Global=true\nReplaces=a.service", "Global cannot be used with Replaces")]
    [TestCase("Conflicts=b.service\nReplaces=a.service", "Conflicts cannot be used with Replaces")]
    [TestCase("Global=true\nConflicts=b.service\nMachineMetadata=a=b", "")]
    [TestCase("Singleton=yes\nGlobal=true", "Singleton cannot be used with Global")]
    [TestCase("Singleton=yes\nReplicas=2", "Singleton cannot be used with Replicas")]
    [TestCase("Global=true\nReplicas=2", "Global cannot be used with Replicas")]
    [TestCase("Replicas=2", "Replicas needs a template: submit the unit as web@.service")]
    public void Combinations_that_cannot_be_met_are_refused(string lines, string complaint)
    {
        UnitProblem? refusal = UnitVerifier.Refusal("web.service", File(lines));
        Assert.That(refusal?.Message ?? "", Is.EqualTo(complaint));
    }

    [TestCase("Replicas=0")]
    [TestCase("Replicas=many")]
    [TestCase("Singleton=perhaps")]
    [TestCase("MemoryReserve=lots")]
    [TestCase("CPUReserve=half")]
    [TestCase("Weight=-1")]
    [TestCase("HealthExec=check")]
    [TestCase("HealthHTTP=ftp://a")]
    [TestCase("HealthInterval=soon")]
    [TestCase("HealthInterval=1ms")]
    [TestCase("Announce=relative x")]
    [TestCase("Announce=/a/../b x")]
    [TestCase("Announce=/_coreos.com/fleet/x y")]
    [TestCase("Conflicts=a[b")]
    public void A_value_that_means_nothing_is_refused_with_its_line(string line)
    {
        UnitProblem? refusal = UnitVerifier.Refusal("web@.service", File("Weight=1\n" + line));
        Assert.That(refusal?.Line, Is.EqualTo(5));
        Assert.That(refusal?.Message, Does.Contain(line.Split('=')[0]));
    }

    private static UnitRequirements Of(string lines, string name = "web.service") =>
        UnitRequirements.Of(UnitName.Parse(name)!, File(lines));

    private static UnitFile File(string lines) =>
        UnitFile.Parse("[Service]\nExecStart=/bin/true\n[X-Fleet]\n" + lines, out _)!;
}
