using CoreNode.Provision;
using CoreNode.Provision.Model;

namespace CoreNode.Tests.Provision;

/// <summary>Several inputs as one.</summary>
[TestFixture, Category("Unit")]
internal sealed class MachineMergeTests
{
    private static DesiredFile File(string path, string content, bool appends = false) =>
        new(path, System.Text.Encoding.UTF8.GetBytes(content)) { Appends = appends };

    private static string Text(DesiredFile file) => System.Text.Encoding.UTF8.GetString(file.Content.Span);

    [Test]
    public void Nothing_and_one_stay_as_they_are()
    {
        Assert.That(MachineMerge.Of([]), Is.EqualTo(DesiredMachine.Nothing));
        DesiredMachine one = new() { Hostname = "a", ManagesEtcHosts = true };
        DesiredMachine merged = MachineMerge.Of([one, DesiredMachine.Nothing]);
        Assert.That(merged.Hostname, Is.EqualTo("a"));
        Assert.That(merged.ManagesEtcHosts, Is.True);
    }

    [Test]
    public void Of_one_name_or_path_the_later_one_counts()
    {
        DesiredMachine merged = MachineMerge.Of([
            new()
            {
                Hostname = "a",
                Files = [File("/a", "1"), File("/b", "1"), File("/c", "1"), File("/c", "+", appends: true)],
                Options = [new("name", "a"), new("data-dir", "/d")],
                Environment = [new("X", "1"), new("Y", "1")],
            },
            new()
            {
                Hostname = "b",
                Files = [File("/a", "2"), File("/b", "+", appends: true), File("/c", "2")],
                Options = [new("name", "b")],
                Environment = [new("X", "2")],
            },
        ]);
        Assert.That(merged.Hostname, Is.EqualTo("b"));
        Assert.That(
            merged.Files.Select(f => f.Path + Text(f)), Is.EqualTo(new[] { "/b1", "/a2", "/b+", "/c2" }));
        Assert.That(
            merged.Options.Select(o => $"{o.Name}={o.Value}"), Is.EqualTo(new[] { "data-dir=/d", "name=b" }));
        Assert.That(merged.Environment.Select(v => v.Name + v.Value), Is.EqualTo(new[] { "Y1", "X2" }));
    }

    [Test]
    public void Keys_add_up_and_a_user_that_is_only_given_keys_stays_as_it_was_to_be_made()
    {
        DesiredMachine merged = MachineMerge.Of([
            new() { Users = [new("core") { SshKeys = ["k1"], Shell = "/bin/zsh" }] },
            new() { Users = [new("core") { IsMade = false, SshKeys = ["k1", "k2"] }] },
        ]);
        Assert.That(merged.Users, Has.Count.EqualTo(1));
        Assert.That(merged.Users[0].SshKeys, Is.EqualTo(new[] { "k1", "k2" }));
        Assert.That(merged.Users[0].IsMade, Is.True);
        Assert.That(merged.Users[0].Shell, Is.EqualTo("/bin/zsh"));
        DesiredMachine whole = MachineMerge.Of([
            new() { Users = [new("a") { Gecos = "x", Shell = "/bin/zsh", PasswordHash = "h" }] },
            new() { Users = [new("a") { Gecos = "y" }] },
        ]);
        Assert.That(whole.Users[0].Gecos, Is.EqualTo("y"));
        Assert.That(whole.Users[0].Shell, Is.Null);
        Assert.That(whole.Users[0].PasswordHash, Is.EqualTo("h"));
    }

    [Test]
    public void Units_are_what_two_writers_would_leave_behind()
    {
        DesiredMachine merged = MachineMerge.Of([
            new()
            {
                Units =
                [
                    new("a.service")
                    {
                        Content = "A", IsRuntime = true, DropIns = [new("10.conf", "1"), new("20.conf", "1")],
                        Command = UnitVerb.Start,
                    },
                ],
            },
            new()
            {
                Units = [new("a.service") { DropIns = [new("20.conf", "2")], IsMasked = true }, new("b.service")],
            },
        ]);
        DesiredUnit unit = merged.Units[0];
        Assert.That(merged.Units.Select(u => u.Name), Is.EqualTo(new[] { "a.service", "b.service" }));
        Assert.That(unit.Content, Is.EqualTo("A"));
        Assert.That(unit.IsRuntime, Is.True);
        Assert.That(unit.IsMasked, Is.True);
        Assert.That(unit.Command, Is.EqualTo(UnitVerb.Start));
        Assert.That(unit.DropIns.Select(d => d.Name + d.Content), Is.EqualTo(new[] { "10.conf1", "20.conf2" }));
    }

    [Test]
    public void Scripts_of_one_name_all_run()
    {
        DesiredScript script = new("setup.sh", new byte[] { 1 }, "", default);
        DesiredMachine merged = MachineMerge.Of([new() { Scripts = [script, script] }, new() { Scripts = [script] }]);
        Assert.That(merged.Scripts.Select(s => s.Name), Is.EqualTo(new[] { "setup.sh", "setup.sh-2", "setup.sh-3" }));
    }
}
