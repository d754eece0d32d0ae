using CoreNode.Units.Model;

namespace CoreNode.Tests.Units.Model;

/// <summary>fleet: A.7.</summary>
[TestFixture, Category("Unit")]
internal sealed class UnitNameTests
{
    [TestCase("web.service", "web", "web", "", "", false, false)]
    [TestCase("web@.service", "web@", "web", "", "web@.service", true, false)]
    [TestCase("web@1.service", "web@1", "web", "1", "web@.service", false, true)]
    [TestCase("web@a@b.c.socket", "web@a@b.c", "web", "a@b.c", "web@.socket", false, true)]
    [TestCase("a.b.timer", "a.b", "a.b", "", "", false, false)]
    public void A_name_has_parts(
        string name, string bare, string prefix, string instance, string template, bool isTemplate, bool isInstance)
    {
        UnitName parts = UnitName.Parse(name)!;
        Assert.That(
            (parts.Name, parts.Prefix, parts.Instance, parts.Template, parts.IsTemplate, parts.IsInstance),
            Is.EqualTo((bare, prefix, instance, template, isTemplate, isInstance)));
    }

    [TestCase("", "unit name cannot be empty")]
    [TestCase("web", "unit name must contain \".\"")]
    [TestCase("web.", "unit name cannot end in \".\"")]
    [TestCase("web.exe", "invalid unit type: \"exe\"")]
    [TestCase("w b.service", "invalid character ' ' in unit name")]
    [TestCase("a/b.service", "invalid character '/' in unit name")]
    [TestCase("wéb.service", "invalid character 'é' in unit name")]
    [TestCase("@1.service", "unit name cannot start in \"@\"")]
    [TestCase("_a.service", "unit name cannot start in \"_\": the store hides such keys")]
    [TestCase("a@1.mount", "unit type \"mount\" cannot be a template or an instance")]
    public void What_is_no_name_is_refused_in_fleets_words(string name, string complaint)
    {
        Assert.That(UnitName.Complaint(name), Is.EqualTo(complaint));
        Assert.That(UnitName.Parse(name), Is.Null);
    }

    [Test]
    public void The_longest_name_has_256_bytes()
    {
        string longest = new string('a', 248) + ".service";
        Assert.That(UnitName.Parse(longest), Is.Not.Null);
        Assert.That(UnitName.Complaint("a" + longest), Is.EqualTo("unit name exceeds maximum length (256)"));
    }

    [Test]
    public void All_types_of_fleet_are_taken()
    {
        foreach (string type in "automount busname device mount path scope service slice snapshot socket swap target "
            .Split(' ', StringSplitOptions.RemoveEmptyEntries))
            Assert.That(UnitName.Complaint("dev-a\\x2db:c." + type), Is.Empty);
    }

    [Test]
    public void A_template_names_its_instances() =>
        Assert.That(UnitName.Parse("web@.service")!.InstanceOf("7"), Is.EqualTo("web@7.service"));

    [TestCase("%n|%N|%p|%i", "foo@bar.service|foo@bar|foo|bar")]
    [TestCase("100%%|%x|%", "100%|%x|%")]
    public void Specifiers_are_replaced(string written, string meant) =>
        Assert.That(UnitSpecifiers.Expand(written, UnitName.Parse("foo@bar.service")!), Is.EqualTo(meant));
}
