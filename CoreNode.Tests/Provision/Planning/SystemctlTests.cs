using System.Diagnostics;
using CoreNode.Foundation;
using CoreNode.Provision.Model;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Provision.Planning;

/// <summary>The same units enabled and disabled by the planner and by systemctl --root: the same links.</summary>
[TestFixture, Category("Conformance")]
internal sealed class SystemctlTests
{
    private const string Systemctl = "/usr/bin/systemctl";
    private const string Etc = "/etc/systemd/system";
    private const string Usr = "/usr/lib/systemd/system";
    private static readonly string[] s_names = ["a.service", "b.socket", "c@.service", "d.timer"];

    private static readonly string[] s_lines =
    [
        "WantedBy=multi-user.target", "WantedBy=multi-user.target graphical.target", "WantedBy=%p-x.target",
        "RequiredBy=a.service d.timer", "WantedBy=app@.service", "RequiredBy=%N.target", "WantedBy=",
    ];

    [Test]
    public void Links_are_those_of_systemctl([Range(0, 19)] int seed)
    {
        if (!File.Exists(Systemctl))
            Assert.Ignore("there is no systemctl here");
        Prng random = new((ulong)seed);
        using TestFolder root = new();
        FakeMachine machine = new() { IsRunning = false };
        machine.Folder(Etc);
        Directory.CreateDirectory(root.Path + Etc);
        Directory.CreateDirectory(root.Path + Usr);
        foreach (string name in s_names)
        {
            string path = $"{(random.Chance(0.5) ? Etc : Usr)}/{name}";
            string text = Text(random, name);
            machine.File(path, text);
            File.WriteAllText(root.Path + path, text);
        }

        string[] enabled = [.. s_names.Where(_ => random.Chance(0.7)), "c@1.service"];
        Compare(machine, root, "enable", enabled);
        // By hand, or by an older text of the unit.
        foreach (string name in (string[])[.. s_names, "c@1.service", "c@2.service"])
        {
            string file = name[0] == 'c' ? "c@.service" : name;
            foreach (string folder in (string[])["old.target.wants", "a.service.requires", "b.socket.upholds"])
            {
                if (!random.Chance(0.3))
                    continue;
                string target = random.Chance(0.5) ? $"../{file}" : $"{Usr}/{file}";
                machine.Link($"{Etc}/{folder}/{name}", target);
                Directory.CreateDirectory($"{root.Path}{Etc}/{folder}");
                File.Delete($"{root.Path}{Etc}/{folder}/{name}");
                File.CreateSymbolicLink($"{root.Path}{Etc}/{folder}/{name}", target);
            }
        }

        string[] disabled = [.. enabled.Where(_ => random.Chance(0.6)), "c@1.service"];
        Compare(machine, root, "disable", disabled);
    }

    [Test]
    public void Systemctl_refuses_the_mask_that_the_planner_refuses()
    {
        if (!File.Exists(Systemctl))
            Assert.Ignore("there is no systemctl here");
        using TestFolder root = new();
        Directory.CreateDirectory(root.Path + Etc);
        File.WriteAllText($"{root.Path}{Etc}/a.service", "[Service]\n");
        Assert.That(Run(root, "mask", ["a.service"]), Is.Not.Zero);
        Assert.That(Run(root, "mask", ["b.service"]), Is.Zero);
        Assert.That(new FileInfo($"{root.Path}{Etc}/b.service").LinkTarget, Is.EqualTo("/dev/null"));
    }

    private static string Text(Prng random, string name)
    {
        string type = char.ToUpperInvariant(name[name.LastIndexOf('.') + 1]) + name[(name.LastIndexOf('.') + 2)..];
        List<string> lines = [$"[{type}]", "[Install]"];
        for (int count = random.Next(4); count > 0; count--)
            lines.Add(s_lines[random.Next(s_lines.Length)]);
        // A name for each unit and kind, since who gets one that several want is up to their order.
        if (random.Chance(0.4))
            lines.Add($"Alias=z{name}");
        if (random.Chance(0.4))
            lines.Add($"Also={s_names[random.Next(2)]}");
        if (name.Contains('@', StringComparison.Ordinal))
            lines.Add("DefaultInstance=7");
        return string.Join('\n', lines) + "\n";
    }

    private static void Compare(FakeMachine machine, TestFolder root, string verb, string[] names)
    {
        // In one call systemctl reads each unit once, with those in Also=, as one wish for each does.
        machine.Apply(new DesiredMachine
        {
            Units = [.. names.Select(name => new DesiredUnit(name) { IsEnabled = verb == "enable" })],
        });
        Run(root, verb, names);
        SortedSet<string> theirs = new(StringComparer.Ordinal);
        foreach (string path in Directory.EnumerateFileSystemEntries(root.Path + Etc, "*", SearchOption.AllDirectories))
        {
            // Of an instance that is disabled, systemctl (252) leaves the alias that it made: that one has no reason.
            bool isLeft = verb == "disable" && path.EndsWith("/zc@1.service", StringComparison.Ordinal);
            if (new FileInfo(path).LinkTarget is { } target && !isLeft)
                theirs.Add($"{path[root.Path.Length..]} -> {target}");
        }

        Assert.That(machine.Links(), Is.EqualTo(theirs), verb);
    }

    private static int Run(TestFolder root, string verb, string[] names)
    {
        ProcessStartInfo start = new(Systemctl) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string word in (string[])[$"--root={root.Path}", "--quiet", verb, .. names])
            start.ArgumentList.Add(word);
        using Process process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
