using System.Globalization;
using System.Text;
using System.Text.Json;
using CoreNode.Documents;
using CoreNode.Foundation;
using CoreNode.Provision.Model;
using CoreNode.Provision.Planning;

namespace CoreNode.Tests.Provision.Planning;

/// <summary>A plan as people and programs read it.</summary>
[TestFixture, Category("Unit")]
internal sealed class PlanTextTests
{
    [Test]
    public void Each_change_is_a_line_and_text_files_have_a_diff()
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/x", "a\nb\nc\n");
        machine.Folder("/etc/sub", 0x1C0);
        Plan plan = machine.Plan(new DesiredMachine
        {
            Hostname = "core1",
            Folders = [new DesiredFolder("/etc/sub") { Mode = 0x1ED, From = "ud: directories[0]" }],
            Files = [Wishes.File("/etc/x", "a\nB\nc\n")],
            Units = [new DesiredUnit("docker.service") { IsMasked = true, Command = UnitVerb.Stop, From = "ud: u[0]" }],
        });
        Assert.That(PlanText.Write(plan), Is.EqualTo("""
            create /etc/hostname 0644 0:0  (hostname)
            --- /dev/null
            +++ /etc/hostname
            @@ -0,0 +1 @@
            +core1
            hostname core1 was localhost  (hostname)
            chmod /etc/sub 0700 0:0 -> 0755 0:0  (ud: directories[0])
            replace /etc/x 0644 0:0  (user-data: write_files[0])
            --- /etc/x
            +++ /etc/x
            @@ -1,3 +1,3 @@
             a
            -b
            +B
             c
            mkdir /run/corenode-provision 0700 0:0  (units)
            create /run/corenode-provision/reload-pending 0600 0:0  (units)
              (empty)
            link /etc/systemd/system/docker.service -> /dev/null  (ud: u[0])
            daemon-reload  (units)
            remove /run/corenode-provision/reload-pending  (units)
            stop docker.service  (ud: u[0])

            """));
    }

    [Test]
    public void Secrets_binaries_and_large_files_are_told_by_name_only()
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/pw", "old secret");
        Plan plan = machine.Plan(Wishes.Files(
            Wishes.File("/etc/pw", "new secret") with { IsSecret = true },
            Wishes.File("/etc/bin", "a\0b"),
            Wishes.File("/etc/esc", "a\u001b[31m"),
            Wishes.File("/etc/turned", "a\u202eb"),
            Wishes.File("/etc/large", new string('x', 200_000))));
        string text = PlanText.Write(plan);
        Assert.That(text, Does.Not.Contain("old secret").And.Not.Contain("new secret").And.Not.Contain("\u001b"));
        Assert.That(text, Does.Contain("(secret)").And.Contain("(binary: 0 bytes -> 3 bytes)"));
        Assert.That(text, Does.Contain("(large: 0 bytes -> 200000 bytes)"));
    }

    [TestCase("", "", "")]
    [TestCase("a\n", "a\n", "")]
    [TestCase("", "a\n", "@@ -0,0 +1 @@\n+a\n")]
    [TestCase("a\n", "", "@@ -1 +0,0 @@\n-a\n")]
    [TestCase("a", "a\n", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n")]
    [TestCase("a\nb\n", "a\n", "@@ -1,2 +1 @@\n a\n-b\n")]
    [TestCase("1\n2\n3\n4\n5\n", "1\n2\n3\n4\n5\n6\n", "@@ -3,3 +3,4 @@\n 3\n 4\n 5\n+6\n")]
    public void Hunks_are_those_of_diff(string before, string after, string hunks) =>
        Assert.That(Diff(before, after), Is.EqualTo(hunks.Length == 0 ? "(empty)" : hunks));

    [Test]
    public void Hunks_far_apart_are_two_and_near_ones_are_one()
    {
        string[] lines = [.. Enumerable.Range(1, 30).Select(static i => $"l{i}")];
        string before = string.Join('\n', lines) + "\n";
        Assert.That(Count(before.Replace("l2\n", "x\n").Replace("l29\n", "y\n")), Is.EqualTo(2));
        Assert.That(Count(before.Replace("l10\n", "x\n").Replace("l16\n", "y\n")), Is.EqualTo(1));
        Assert.That(Count(before.Replace("l10\n", "x\n").Replace("l18\n", "y\n")), Is.EqualTo(2));
        int Count(string after) => Diff(before, after).Split("@@ -").Length - 1;
    }

    [Test]
    public void A_diff_of_random_texts_leads_from_one_to_the_other()
    {
        Prng random = new(7);
        for (int round = 0; round < 500; round++)
        {
            string before = Text(random);
            string after = Text(random);
            string diff = Diff(before, after);
            Assert.That(Patched(before, diff), Is.EqualTo(after), $"round {round}:\n{diff}");
        }
    }

    [Test]
    public void Texts_too_large_to_compare_are_one_hunk()
    {
        string before = string.Join('\n', Enumerable.Range(0, 2000).Select(static i => $"a{i}")) + "\n";
        string after = string.Join('\n', Enumerable.Range(0, 2000).Select(static i => $"b{i}")) + "\n";
        Assert.That(Diff(before, after), Does.StartWith("@@ -1,2000 +1,2000 @@\n-a0\n"));
    }

    [Test]
    public void What_a_terminal_would_obey_is_not_shown_in_names()
    {
        Plan plan = new([new PutFolder("/a\u001b[2J", 0x1ED, 0, 0, "x\ny")], []);
        Assert.That(PlanText.Write(plan), Is.EqualTo("mkdir /a?[2J 0755 0:0  (x?y)\n"));
    }

    [Test]
    public void Findings_name_source_place_and_key()
    {
        Finding[] findings =
        [
            new(Severity.Error, "user-data", new TextPlace(3, 5), "hostname", "is no name", "use letters"),
            new(Severity.Note, "", default, "", "all well", ""),
        ];
        Assert.That(
            PlanText.Write(findings),
            Is.EqualTo("error user-data:3:5: hostname: is no name; use letters\nnote all well\n"));
    }

    [Test]
    public void Programs_get_changes_and_findings_with_stable_names()
    {
        FakeMachine machine = FakeMachine.New();
        Plan plan = machine.Plan(new DesiredMachine
        {
            Hostname = "core1",
            Users = [new DesiredUser("core") { PasswordHash = "$6$h" }],
            Files = [Wishes.File("/etc/x", "é\n") with { User = "nobody-here" }],
        });
        using JsonDocument json = JsonDocument.Parse(PlanJson.Write(plan));
        JsonElement[] changes = [.. json.RootElement.GetProperty("changes").EnumerateArray()];
        JsonElement shadow = changes.Single(static c => c.GetProperty("subject").GetString() == "/etc/shadow");
        Assert.That(shadow.GetProperty("secret").GetBoolean(), Is.True);
        Assert.That(shadow.TryGetProperty("diff", out _), Is.False);
        JsonElement name = changes.Single(static c => c.GetProperty("subject").GetString() == "/etc/hostname");
        Assert.That(name.GetProperty("action").GetString(), Is.EqualTo("create"));
        Assert.That(name.GetProperty("mode").GetString(), Is.EqualTo("0644"));
        Assert.That(name.GetProperty("diff").GetString(), Is.EqualTo("@@ -0,0 +1 @@\n+core1\n"));
        JsonElement finding = json.RootElement.GetProperty("findings").EnumerateArray().Single();
        Assert.That(finding.EnumerateObject().Select(static p => p.Name), Is.EqualTo(new[]
        {
            "severity", "source", "line", "column", "key", "reason", "suggestion",
        }));
        Assert.That(finding.GetProperty("severity").GetString(), Is.EqualTo("error"));
    }

    private static string Diff(string before, string after)
    {
        PathFact fact = new(PathKind.File)
        {
            Content = Encoding.UTF8.GetBytes(before),
            Length = before.Length,
        };
        Plan plan = new([new PutFile("/x", Encoding.UTF8.GetBytes(after), 0, 0, 0, fact, "")], []);
        using JsonDocument json = JsonDocument.Parse(PlanJson.Write(plan));
        return json.RootElement.GetProperty("changes")[0].GetProperty("diff").GetString()!;
    }

    private static string Text(Prng random)
    {
        StringBuilder text = new();
        for (int lines = random.Next(25); lines > 0; lines--)
            text.Append((char)('a' + random.Next(4))).Append('\n');
        return text.ToString();
    }

    // patch(1) for what has no fuzz: hunks say where they begin.
    private static string Patched(string before, string diff)
    {
        if (diff == "(empty)")
            return before;
        List<string> old = [.. before.Split('\n')[..^1]];
        List<string> young = [];
        int at = 0;
        foreach (string line in diff.Split('\n')[..^1])
        {
            if (line.StartsWith("@@ -", StringComparison.Ordinal))
            {
                string[] range = line[4..line.IndexOf(' ', 4)].Split(',');
                bool isEmpty = range.Length > 1 && range[1] == "0";
                int start = int.Parse(range[0], CultureInfo.InvariantCulture) - (isEmpty ? 0 : 1);
                young.AddRange(old[at..start]);
                at = start;
                continue;
            }

            if (line[0] != '+')
                Assert.That(old[at++], Is.EqualTo(line[1..]));
            if (line[0] != '-')
                young.Add(line[1..]);
        }

        young.AddRange(old[at..]);
        return string.Concat(young.Select(static l => l + "\n"));
    }
}
