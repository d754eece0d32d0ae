using CoreNode.Systemd;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Systemd;

/// <summary>Files of units, and what does not need a systemd.</summary>
[TestFixture, Category("Unit")]
internal sealed class UnitFolderTests
{
    private static readonly Dictionary<string, string> s_nothing = [];

    [TestCase("web.service", "web_2eservice")]
    [TestCase("web@1.service", "web_401_2eservice")]
    [TestCase("0-a_b.timer", "_30_2da_5fb_2etimer")]
    public void Names_become_object_paths(string name, string path)
    {
        Assert.That(UnitPath.Of(name), Is.EqualTo($"/org/freedesktop/systemd1/unit/{path}"));
    }

    [TestCase("web.service", "org.freedesktop.systemd1.Service")]
    [TestCase("a.b.timer", "org.freedesktop.systemd1.Timer")]
    [TestCase("nothing", "")]
    public void Types_have_interfaces(string name, string expected)
    {
        Assert.That(UnitPath.Interface(name), Is.EqualTo(expected));
    }

    [Test]
    public void Variables_are_quoted_for_systemd()
    {
        Dictionary<string, string> environment = new() { ["B"] = "100% \"a\\b\"\n$HOME", ["A"] = "" };
        Assert.That(
            UnitFolder.DropInText("x.service", environment),
            Is.EqualTo("[Service]\nEnvironment=\"A=\"\nEnvironment=\"B=100%% \\\"a\\\\b\\\"\\n$HOME\"\n"));
        Assert.That(UnitFolder.DropInText("x.timer", environment), Is.Null);
        Assert.That(UnitFolder.DropInText("x.service", s_nothing), Is.Null);
    }

    [Test]
    public void A_fenced_unit_does_not_sleep_with_the_machine()
    {
        string? text = UnitFolder.DropInText(
            "x.service", new Dictionary<string, string> { [UnitFolder.FencingToken] = "7" });
        Assert.That(text, Does.Contain("Conflicts=sleep.target\nBefore=sleep.target\n"));
    }

    [Test]
    public void A_fenced_unit_does_not_start_after_the_guard_has_acted()
    {
        string? text = UnitFolder.DropInText(
            "x.service", new Dictionary<string, string> { [UnitFolder.FencingToken] = "7" });
        Assert.That(text, Does.Contain("[Unit]").And.Contains("\nAssertPathExists=!/run/corenode/lease-over\n"));
        (byte[] Hold, byte[] Fire) scripts = GuardUnits.Scripts(new HashSet<string> { "x.service" });
        foreach (byte[] bytes in (byte[][])[scripts.Hold, scripts.Fire])
        {
            string script = System.Text.Encoding.UTF8.GetString(bytes);
            Assert.That(
                script.IndexOf("/run/corenode/lease-over", StringComparison.Ordinal),
                Is.GreaterThan(0).And.LessThan(script.IndexOf("systemctl", StringComparison.Ordinal)));
        }
    }

    [Test]
    public void What_was_cut_off_while_it_was_written_is_no_unit()
    {
        using TestFolder root = new();
        UnitFolder folder = new(new SystemdOptions { Root = root.Path });
        folder.Prepare();
        folder.WriteText("a.service", "[Service]\n");
        File.WriteAllText(root.File("run/corenode/units/.b.service.1.part"), "[Ser");
        Assert.That(folder.Names(), Is.EqualTo((string[])["a.service"]));
        Assert.That(File.Exists(root.File("run/corenode/units/.b.service.1.part")), Is.False);
        Assert.That(folder.IsLinked("a.service"), Is.False);
        File.CreateSymbolicLink(root.File("run/systemd/system/a.service"), "/run/corenode/units/a.service");
        Assert.That(folder.IsLinked("a.service"));
        folder.WriteDropIn("a.service", "[Service]\nEnvironment=A=1\n");
        Assert.That(folder.ReadDropIn("a.service"), Does.Contain("A=1"));

        folder.Remove("a.service");
        Assert.That(folder.Names(), Is.Empty);
        Assert.That(Directory.GetFileSystemEntries(root.File("run/systemd/system")), Is.Empty);
    }
}
