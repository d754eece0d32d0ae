using CoreNode.Hosting.Provision;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Hosting.Provision;

/// <summary>A machine without an id gets one, once.</summary>
[TestFixture, Category("Unit")]
internal sealed class MachineIdFileTests
{
    private const string Known = "0123456789abcdef0123456789abcdef";

    private TestFolder _root = null!;

    private string Id => File.ReadAllText(_root.File("etc/machine-id"));

    [SetUp]
    public void MakeRoot()
    {
        _root = new TestFolder();
        Directory.CreateDirectory(_root.File("etc"));
    }

    [TearDown]
    public void RemoveRoot() => _root.Dispose();

    [TestCase(null)]
    [TestCase("")]
    [TestCase("\n")]
    [TestCase("uninitialized\n")]
    public void A_machine_without_an_id_gets_a_random_one(string? content)
    {
        if (content is not null)
            File.WriteAllText(_root.File("etc/machine-id"), content);
        string? made = MachineIdFile.Complete(_root.Path, "quiet");
        Assert.That(made, Does.Match("^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$"));
        Assert.That(Id, Is.EqualTo(made + "\n"));
        Assert.That(MachineIdFile.Complete(_root.Path, "quiet"), Is.Null, "the second time it has one");
        Assert.That(Id, Is.EqualTo(made + "\n"));
    }

    [Test]
    public void The_command_line_goes_first_then_the_bus_and_what_is_no_id_is_passed_over()
    {
        Directory.CreateDirectory(_root.File("var/lib/dbus"));
        File.WriteAllText(_root.File("var/lib/dbus/machine-id"), Known + "\n");
        const string asked = "fedcba98-7654-3210-fedc-ba9876543210";
        Assert.That(
            MachineIdFile.Complete(_root.Path, $"quiet systemd.machine_id={asked}"),
            Is.EqualTo(asked.Replace("-", "", StringComparison.Ordinal)));
        File.Delete(_root.File("etc/machine-id"));
        Assert.That(MachineIdFile.Complete(_root.Path, "systemd.machine_id=00000000000000000000000000000000"),
            Is.EqualTo(Known));
    }

    [Test]
    public void An_id_that_is_there_stays_whatever_it_is()
    {
        File.WriteAllText(_root.File("etc/machine-id"), "somebody's own\n");
        Assert.That(MachineIdFile.Complete(_root.Path, $"systemd.machine_id={Known}"), Is.Null);
        Assert.That(Id, Is.EqualTo("somebody's own\n"));
    }
}
