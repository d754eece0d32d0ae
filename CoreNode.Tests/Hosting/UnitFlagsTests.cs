using CoreNode.Hosting;

namespace CoreNode.Tests.Hosting;

/// <summary>What `corenode node` takes about units: by flag, environment and file, and all mistakes at once.</summary>
[TestFixture, Category("Unit")]
internal sealed class UnitFlagsTests
{
    [TestCase("--metadata disk", "say KEY=VALUE")]
    [TestCase("--metadata a/b=c", "a key has letters, digits")]
    [TestCase("--metadata disk=", "no unit can ask for an empty value")]
    [TestCase("--metadata disk=ssd,disk=hdd", "disk has the value ssd already")]
    [TestCase("--public-ip nowhere", "an IP address is needed")]
    [TestCase("--machine-id abc", "32 hex digits are needed")]
    [TestCase("--unit-manager docker", "say auto, systemd or embedded")]
    [TestCase("--units-lease 1s", "a time from 2s to 1h is needed")]
    [TestCase("--units-lease 10", "a time from 2s to 1h is needed, such as 10s")]
    [TestCase("--on-stop maybe", "say auto, keep or leave")]
    [TestCase("--store ftp://etcd", "a client URL such as http://10.0.0.1:2379 is needed")]
    [TestCase("--store http://etcd:2379 --modules store", "without the module units")]
    [TestCase("--modules units", "store is needed, unless --store names an existing etcd")]
    [TestCase("--modules store,unit", "there are the modules store, units and updates")]
    [TestCase("--metdata a=b", "unknown flag --metdata; did you mean --metadata?")]
    public void Each_mistake_is_named(string line, string problem)
    {
        IReadOnlyList<string> problems = Problems(line.Split(' '));
        Assert.That(problems, Has.Count.EqualTo(1));
        Assert.That(problems[0], Does.Contain(problem));
    }

    [Test]
    public void All_mistakes_are_told_together() => Assert.That(
        Problems(
            "--metadata", "disk", "--public-ip", "x", "--machine-id", "x", "--unit-manager", "x", "--units-lease", "x",
            "--on-stop", "x", "--store", "x", "--modules", "x,units"),
        Has.Count.EqualTo(9));

    [Test]
    public void Environment_and_file_say_the_same_as_flags()
    {
        UnitOptions byFlag = Read(static _ => null, "", "--metadata", "disk=ssd,zone=a", "--units-lease", "1m");
        UnitOptions byEnvironment = Read(
            static name => name switch
            {
                "CORENODE_METADATA" => "disk=ssd,zone=a",
                "CORENODE_UNITS_LEASE" => "1m",
                _ => null,
            },
            "");
        UnitOptions byFile = Read(
            static _ => null, "metadata: disk=ssd,zone=a\nunits-lease: 1m\n", "--config", "node.yaml");
        foreach (UnitOptions options in (UnitOptions[])[byFlag, byEnvironment, byFile])
        {
            Assert.That(
                options.Metadata, Is.EqualTo(new Dictionary<string, string> { ["disk"] = "ssd", ["zone"] = "a" }));
            Assert.That(options.Lease, Is.EqualTo(TimeSpan.FromMinutes(1)));
        }
    }

    [Test]
    public void A_mistake_in_the_file_has_its_line()
    {
        NodeOptionsReader reader = new(static _ => null, static _ => "metadata: a=b\nunit-manger: systemd\n");
        Assert.That(reader.Read(["--config", "node.yaml"]), Is.Null);
        Assert.That(
            reader.Problems,
            Is.EqualTo(new[] { "node.yaml:2:1: unknown key \"unit-manger\"; did you mean --unit-manager?" }));
    }

    private static UnitOptions Read(Func<string, string?> environment, string file, params string[] arguments)
    {
        NodeOptionsReader reader = new(environment, _ => file);
        NodeOptions? options = reader.Read(arguments);
        Assert.That(options, Is.Not.Null, string.Join('\n', reader.Problems));
        return options!.Units;
    }

    private static IReadOnlyList<string> Problems(params string[] arguments)
    {
        NodeOptionsReader reader = new(static _ => null, static _ => "");
        Assert.That(reader.Read(arguments), Is.Null);
        return reader.Problems;
    }
}
