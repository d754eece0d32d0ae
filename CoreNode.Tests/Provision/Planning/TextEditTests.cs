using CoreNode.Provision.Model;

namespace CoreNode.Tests.Provision.Planning;

/// <summary>The name, /etc/hosts, /etc/environment and the node's options.</summary>
[TestFixture, Category("Unit")]
internal sealed class TextEditTests
{
    private const string Options = "/etc/corenode/corenode.yaml";

    [Test]
    public void The_name_is_written_and_then_set()
    {
        FakeMachine machine = FakeMachine.New();
        Plan plan = machine.Apply(new DesiredMachine { Hostname = "core1" });
        Assert.That(machine.Text("/etc/hostname"), Is.EqualTo("core1\n"));
        Assert.That(machine.Hostname, Is.EqualTo("core1"));
        Assert.That(plan.Changes[^1], Is.InstanceOf<SetHostname>());
    }

    [Test]
    public void The_name_of_another_root_is_not_the_machines()
    {
        FakeMachine machine = FakeMachine.New();
        machine.IsRunning = false;
        machine.Apply(new DesiredMachine { Hostname = "core1" });
        Assert.That(machine.Hostname, Is.EqualTo("localhost"));
    }

    [TestCase("a b")]
    [TestCase("-a")]
    [TestCase("a\nb")]
    [TestCase("0123456789012345678901234567890123456789012345678901234567890123456789")]
    public void What_is_no_name_is_an_error(string name)
    {
        Plan plan = FakeMachine.New().Plan(new DesiredMachine { Hostname = name });
        Assert.That(Wishes.Errors(plan), Does.Contain("cannot be a machine's name"));
    }

    [TestCase("127.0.0.1 localhost\n", "127.0.0.1 localhost\n127.0.0.1 core1 # corenode: manage_etc_hosts\n")]
    [TestCase("127.0.0.1 localhost", "127.0.0.1 localhost\n127.0.0.1 core1 # corenode: manage_etc_hosts\n")]
    [TestCase("127.0.0.1 localhost core1", "127.0.0.1 localhost core1")]
    [TestCase("127.0.1.1\tcore1 # x\n", "127.0.1.1\tcore1 # x\n")]
    [TestCase(
        "# a\n127.0.0.1 old # corenode: manage_etc_hosts\n10.0.0.1 b\n",
        "# a\n127.0.0.1 core1 # corenode: manage_etc_hosts\n10.0.0.1 b\n")]
    [TestCase(
        "10.0.0.1 core1\n# 127.0.0.1 core1\n",
        "10.0.0.1 core1\n# 127.0.0.1 core1\n127.0.0.1 core1 # corenode: manage_etc_hosts\n")]
    [TestCase("127.0.0.1 core1\n127.0.0.1 old # corenode: manage_etc_hosts\n", "127.0.0.1 core1\n")]
    public void Of_etc_hosts_only_the_own_line_changes(string before, string after)
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/hosts", before);
        machine.Apply(new DesiredMachine { Hostname = "core1", ManagesEtcHosts = true });
        Assert.That(machine.Text("/etc/hosts"), Is.EqualTo(after));
    }

    [Test]
    public void A_new_etc_hosts_knows_localhost_too()
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/hostname", "kept\n");
        machine.Apply(new DesiredMachine { ManagesEtcHosts = true });
        Assert.That(
            machine.Text("/etc/hosts"),
            Is.EqualTo("127.0.0.1 localhost\n::1 localhost\n127.0.0.1 kept # corenode: manage_etc_hosts\n"));
    }

    [Test]
    public void A_link_below_usr_gives_way_to_a_file_with_its_text()
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/usr/share/hosts", "127.0.0.1 localhost\n");
        machine.Link("/etc/hosts", "../usr/share/hosts");
        machine.Apply(new DesiredMachine { Hostname = "core1", ManagesEtcHosts = true });
        Assert.That(machine.Node("/etc/hosts").Kind, Is.EqualTo(PathKind.File));
        Assert.That(machine.Text("/etc/hosts"), Does.StartWith("127.0.0.1 localhost\n127.0.0.1 core1 "));
        Assert.That(machine.Text("/usr/share/hosts"), Is.EqualTo("127.0.0.1 localhost\n"));
    }

    [Test]
    public void A_hosts_file_of_the_plan_gets_the_line_too()
    {
        FakeMachine machine = FakeMachine.New();
        DesiredMachine desired = new()
        {
            Hostname = "core1",
            ManagesEtcHosts = true,
            Files = [Wishes.File("/etc/hosts", "10.0.0.1 b\n")],
        };
        machine.Apply(desired);
        Assert.That(
            machine.Text("/etc/hosts"), Is.EqualTo("10.0.0.1 b\n127.0.0.1 core1 # corenode: manage_etc_hosts\n"));
        Assert.That(machine.Apply(desired).Changes, Is.Empty);
    }

    [TestCase("", "A=1\n")]
    [TestCase("# c\nB=2", "# c\nB=2\nA=1\n")]
    [TestCase("X=1\nA=0\nB=2\n", "X=1\nA=1\nB=2\n")]
    [TestCase("A=0\nA=3\n", "A=1\nA=1\n")]
    [TestCase("A=\"1\"\n", "A=\"1\"\n")]
    [TestCase("AA=0\n#A=0\n", "AA=0\n#A=0\nA=1\n")]
    [TestCase("A=1", "A=1")]
    public void A_variable_keeps_its_place_and_others_their_lines(string before, string after)
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/environment", before);
        machine.Apply(new DesiredMachine { Environment = [new("A", "9"), new("A", "1")] });
        Assert.That(machine.Text("/etc/environment"), Is.EqualTo(after));
    }

    [TestCase("a b", "\"a b\"")]
    [TestCase("", "")]
    [TestCase("q\"\\$`", "\"q\\\"\\\\\\$\\`\"")]
    [TestCase("10.0.0.1", "10.0.0.1")]
    public void A_value_is_quoted_where_it_must_be(string value, string written)
    {
        FakeMachine machine = FakeMachine.New();
        machine.Apply(new DesiredMachine { Environment = [new("A", value)] });
        Assert.That(machine.Text("/etc/environment"), Is.EqualTo($"A={written}\n"));
    }

    [TestCase("1A", "x", "name of a variable")]
    [TestCase("", "x", "name of a variable")]
    [TestCase("A", "x\ny", "line end")]
    public void A_variable_that_the_file_cannot_hold_is_an_error(string name, string value, string reason)
    {
        Plan plan = FakeMachine.New().Plan(new DesiredMachine { Environment = [new(name, value)] });
        Assert.That(Wishes.Errors(plan), Does.Contain(reason));
    }

    [Test]
    public void Options_are_a_sorted_map_with_quoted_values()
    {
        FakeMachine machine = FakeMachine.New();
        machine.Apply(new DesiredMachine
        {
            Options = [new("name", "old"), new("discovery", "http://x/ #y\t\"\\\n\u0001"), new("name", "core1")],
        });
        Assert.That(
            machine.Text(Options),
            Does.StartWith("# Written by").And.EndsWith(
                "discovery: \"http://x/ #y\\t\\\"\\\\\\n\\u0001\"\nname: \"core1\"\n"));
        Assert.That(machine.Node(Options).Mode, Is.EqualTo(0x1A4));
    }

    [Test]
    public void Options_are_read_back_as_they_were()
    {
        string[] values =
            ["", "yes", "1", "a: b", "# c", "'\"\\", "é\u2028\ufeffx", "\r\n\t", "- x", "{a}", "\u0085\u007f"];
        FakeMachine machine = FakeMachine.New();
        DesiredOption[] options = [.. values.Select(static (value, i) => new DesiredOption($"k{i}", value))];
        machine.Apply(new DesiredMachine { Options = options });
        YamlDotNet.RepresentationModel.YamlStream stream = [];
        stream.Load(new StringReader(machine.Text(Options)));
        YamlDotNet.RepresentationModel.YamlMappingNode map =
            (YamlDotNet.RepresentationModel.YamlMappingNode)stream.Documents[0].RootNode;
        for (int i = 0; i < values.Length; i++)
            Assert.That(map[$"k{i}"].ToString(), Is.EqualTo(values[i]), $"value {i}");
    }

    [TestCase("", 0x180, 0u)]
    [TestCase("corenode:x:300:\n", 0x1A0, 300u)]
    public void Options_with_a_secret_are_the_nodes_alone(string groups, int mode, uint group)
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/group", groups);
        machine.Apply(new DesiredMachine { Options = [new("etcd-password", "pw") { IsSecret = true }] });
        Assert.That(machine.Node(Options).Mode, Is.EqualTo(mode));
        Assert.That(machine.Node(Options).Group, Is.EqualTo(group));
    }

    [Test]
    public void Options_are_roots_whoever_had_the_file_and_whatever_it_was()
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/group", "corenode:x:300:\n");
        DesiredOption secret = new("etcd-password", "pw") { IsSecret = true };
        machine.Apply(new DesiredMachine { Options = [new("name", "x")] });
        machine.File(Options, machine.Text(Options), 0x1FF, 500, 500);
        machine.Apply(new DesiredMachine { Options = [secret] });
        Assert.That(machine.Node(Options) is { Mode: 0x1A0, User: 0, Group: 300 }, Is.True);
        machine.Apply(new DesiredMachine { Options = [new("name", "x")] });
        Assert.That(machine.Node(Options) is { Mode: 0x1A4, User: 0, Group: 0 }, Is.True);
    }

    [Test]
    public void Options_written_by_hand_are_never_replaced()
    {
        FakeMachine machine = FakeMachine.New();
        machine.File(Options, "name: mine\n");
        DesiredMachine desired = new() { Options = [new("name", "x") { From = "ud: coreos.etcd2.name" }] };
        Finding error = machine.Plan(desired).Findings.Single();
        Assert.That(error.Reason, Does.Contain("was written by hand"));
        Assert.That(error.Suggestion, Does.Contain("corenode:"));
        machine.File(Options, "");
        machine.Apply(desired);
        machine.Apply(new DesiredMachine { Options = [new("name", "y")] });
        Assert.That(machine.Text(Options), Does.Contain("name: \"y\""));
    }

    [Test]
    public void Options_and_a_file_of_that_path_are_an_error()
    {
        DesiredMachine desired = new()
        {
            Options = [new("name", "x")],
            Files = [Wishes.File(Options, "name: y\n")],
        };
        Assert.That(Wishes.Errors(FakeMachine.New().Plan(desired)), Does.Contain("and from options"));
    }

    [Test]
    public void Kernel_arguments_are_told_and_never_set()
    {
        FakeMachine machine = FakeMachine.New();
        machine.KernelCommandLine = "BOOT_IMAGE=/x quiet console=tty0\n";
        Plan plan = machine.Apply(new DesiredMachine
        {
            KernelArguments = ["console=tty0", "nosmt"],
            UnwantedKernelArguments = ["quiet", "debug"],
        });
        Assert.That(plan.Changes, Is.Empty);
        Assert.That(Wishes.Warnings(plan), Is.EqualTo(
            "the kernel was started without \"nosmt\"\nthe kernel was started with \"quiet\""));
    }
}
