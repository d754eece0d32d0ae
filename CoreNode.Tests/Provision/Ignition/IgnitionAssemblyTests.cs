using System.Text;
using CoreNode.Provision.Ignition;
using CoreNode.Provision.Model;

namespace CoreNode.Tests.Provision.Ignition;

/// <summary>Configurations that name others: what is asked for, in which order, and how all becomes one.</summary>
[TestFixture, Category("Unit")]
internal sealed class IgnitionAssemblyTests
{
    private readonly Dictionary<string, string> _site = [];
    private readonly List<string> _asked = [];

    [SetUp]
    public void Empty()
    {
        _site.Clear();
        _asked.Clear();
    }

    [Test]
    public void What_a_child_says_wins_field_by_field()
    {
        _site["http://h/child"] = Config("""
            "storage": { "files": [
              { "path": "/a", "mode": 384, "append": [{ "source": "data:,child" }] },
              { "path": "/c", "contents": { "source": "data:,c" } }] }
            """);
        IgnitionResult result = Read(Config("""
            "storage": { "files": [
              { "path": "/a", "overwrite": true, "contents": { "source": "data:,parent" }, "user": { "name": "core" },
                "append": [{ "source": "data:,first" }] },
              { "path": "/b", "contents": { "source": "data:,b" } }] }
            """, "http://h/child"));
        Assert.That(IgnitionText.Of(result), Is.EqualTo("""
            accepted
            file /a 0600 core:root replaces secret "parentfirstchild"
            file /b 0644 root:root "b"
            file /c 0644 root:root "c"

            """));
    }

    [Test]
    public void Files_folders_and_links_of_a_child_take_each_others_place()
    {
        _site["http://h/child"] = Config("""
            "storage": { "files": [{ "path": "/a" }], "links": [{ "path": "/b", "target": "/c" }] }
            """);
        IgnitionResult result = Read(Config("""
            "storage": { "links": [{ "path": "/a", "target": "/x" }],
              "directories": [{ "path": "/b" }, { "path": "/d" }] }
            """, "http://h/child"));
        Assert.That(IgnitionText.Of(result), Is.EqualTo("""
            accepted
            folder /d - :
            file /a - : as it is
            link /b -> /c :

            """));
    }

    [Test]
    public void Units_users_and_arguments_are_told_apart_by_their_names()
    {
        _site["http://h/child"] = Config("""
            "systemd": { "units": [{ "name": "a.service", "enabled": false,
              "dropins": [{ "name": "1.conf", "contents": "[Unit]" }] }] },
            "passwd": { "users": [{ "name": "core", "sshAuthorizedKeys": ["k2", "k1"], "groups": ["g2"] }] },
            "kernelArguments": { "shouldNotExist": ["quiet"] }
            """);
        IgnitionResult result = Read(Config("""
            "systemd": { "units": [{ "name": "a.service", "enabled": true, "contents": "[Install]",
              "dropins": [{ "name": "1.conf", "contents": "[Service]" }, { "name": "0.conf", "contents": "" }] }] },
            "passwd": { "users": [{ "name": "core", "uid": 500, "sshAuthorizedKeys": ["k1"], "groups": ["g1"] }] },
            "kernelArguments": { "shouldExist": ["quiet", "a"] }
            """, "http://h/child"));
        Assert.That(
            IgnitionText.Of(result).Split('\n')
                .Where(static line => !line.StartsWith("note", StringComparison.Ordinal)),
            Is.EqualTo(new[]
            {
                "accepted",
                "user core 500  [k1 | k2] \"\"   [g1 g2] ",
                "unit a.service disabled with text 1.conf (6) 0.conf (0)",
                "argument a",
                "no argument quiet",
                "",
            }));
    }

    [Test]
    public void A_header_without_a_value_takes_the_parents_away()
    {
        _site["http://h/child"] = Config("""
            "storage": { "files": [{ "path": "/a", "contents": { "httpHeaders": [
              { "name": "A" }, { "name": "B", "value": "new" }], "source": "http://h/new" } }] }
            """);
        IgnitionResult result = Read(Config("""
            "storage": { "files": [{ "path": "/a", "contents": { "source": "http://h/old", "httpHeaders": [
              { "name": "A", "value": "1" }, { "name": "B", "value": "2" }, { "name": "C", "value": "3" }] } }] }
            """, "http://h/child"));
        Assert.That(IgnitionText.Of(result), Does.Contain("\"http://h/new\"".Trim('"') + " B=new C=3\n"));
    }

    [Test]
    public void Children_of_a_child_come_before_its_siblings()
    {
        _site["http://h/1"] = Config("\"passwd\": { \"users\": [{ \"name\": \"one\" }] }", "http://h/2");
        _site["http://h/2"] = Config("\"passwd\": { \"users\": [{ \"name\": \"two\" }] }");
        _site["http://h/3"] = Config("\"passwd\": { \"users\": [{ \"name\": \"two\", \"uid\": 7 }] }");
        IgnitionResult result = Read(Config("\"passwd\": {}", "http://h/1", "http://h/3"));
        Assert.That(_asked, Is.EqualTo(new[] { "http://h/1", "http://h/2", "http://h/3" }));
        Assert.That(
            result.Config.Desired.Users.Select(static one => $"{one.Name} {one.Number}"),
            Is.EqualTo(new[] { "one ", "two 7" }));
    }

    [Test]
    public void What_replaces_a_configuration_leaves_nothing_of_it()
    {
        _site["http://h/new"] = Config("\"passwd\": { \"users\": [{ \"name\": \"new\" }] }", "http://h/more");
        _site["http://h/more"] = Config("\"passwd\": { \"users\": [{ \"name\": \"more\" }] }");
        IgnitionResult result = Read("""
            { "ignition": { "version": "3.4.0", "config": { "replace": { "source": "http://h/new" },
                "merge": [{ "source": "http://h/never" }] } },
              "passwd": { "users": [{ "name": "old" }] } }
            """);
        Assert.That(_asked, Is.EqualTo(new[] { "http://h/new", "http://h/more" }));
        Assert.That(
            result.Config.Desired.Users.Select(static one => one.Name), Is.EqualTo(new[] { "new", "more" }));
    }

    [Test]
    public void Configurations_in_data_URLs_are_merged_without_fetching()
    {
        string inner = Config("\"passwd\": { \"users\": [{ \"name\": \"inner\" }] }");
        string url = "data:;base64," + Convert.ToBase64String(Encoding.UTF8.GetBytes(inner));
        IgnitionResult result = Read(Config("\"passwd\": { \"users\": [{ \"name\": \"outer\" }] }", url));
        Assert.That(_asked, Is.Empty);
        Assert.That(
            result.Config.Desired.Users.Select(static one => one.Name), Is.EqualTo(new[] { "outer", "inner" }));
    }

    [Test]
    public void A_circle_is_refused()
    {
        _site["http://h/1"] = Config("\"passwd\": {}", "http://h/2");
        _site["http://h/2"] = Config("\"passwd\": {}", "http://h/1");
        IgnitionResult result = Read(Config("\"passwd\": {}", "http://h/1"));
        Assert.That(_asked, Has.Count.EqualTo(2));
        Finding refused = result.Config.Findings.Single();
        Assert.That(refused.Reason, Does.Contain("http://h/1 names itself"));
        Assert.That(refused.Source, Is.EqualTo("http://h/2"));
        Assert.That(result.Config.IsRefused, Is.True);
    }

    [Test]
    public void A_replacement_that_replaces_itself_is_refused()
    {
        _site["http://h/1"] =
            """{ "ignition": { "version": "3.4.0", "config": { "replace": { "source": "http://h/1" } } } }""";
        Assert.That(Read(_site["http://h/1"]).Config.IsRefused, Is.True);
        Assert.That(_asked, Is.EqualTo(new[] { "http://h/1" }));
    }

    [Test]
    public void Depth_is_limited()
    {
        for (int at = 1; at <= 20; at++)
            _site[$"http://h/{at}"] = Config("\"passwd\": {}", $"http://h/{at + 1}");
        IgnitionResult result = Read(Config("\"passwd\": {}", "http://h/1"));
        Assert.That(_asked, Has.Count.EqualTo(IgnitionRules.Default.MostDepth));
        Assert.That(result.Config.Findings.Single().Reason, Does.Contain("more than 8 deep"));
    }

    [Test]
    public void The_number_of_configurations_is_limited()
    {
        List<string> urls = [];
        for (int at = 0; at < 150; at++)
        {
            urls.Add($"http://h/{at}");
            _site[urls[^1]] = Config("\"passwd\": {}");
        }

        IgnitionResult result = Read(Config("\"passwd\": {}", [.. urls]));
        Assert.That(_asked, Has.Count.EqualTo(IgnitionRules.Default.MostConfigs - 1));
        Assert.That(result.Config.IsRefused, Is.True);
    }

    [Test]
    public void What_cannot_be_fetched_is_told_where_it_is_named()
    {
        IgnitionResult result = Read("""
            { "ignition": { "version": "3.4.0", "config": { "merge": [
              { "source": "https://me:secret@h/a?token=secret" }] } } }
            """);
        Finding refused = result.Config.Findings.Single();
        Assert.That(refused.Place.ToString(), Is.EqualTo("2:15"));
        Assert.That(refused.Reason, Is.EqualTo("https://h/a cannot be fetched: not there"));
    }

    [Test]
    public void A_child_that_is_wrong_is_told_with_its_own_name_and_place()
    {
        _site["http://h/child"] = "{ \"ignition\": { \"version\": \"3.4.0\" },\n  \"passwd\": 7 }";
        Finding refused = Read(Config("\"passwd\": {}", "http://h/child")).Config.Findings.Single();
        Assert.That($"{refused.Source} {refused.Place}", Is.EqualTo("http://h/child 2:13"));
    }

    [Test]
    public void Contradictions_between_two_configurations_are_told_with_both_places()
    {
        _site["http://h/child"] = Config("\n\"storage\": { \"links\": [{ \"path\": \"/opt\", \"target\": \"/x\" }] }");
        Finding refused = Read(Config(
            "\"storage\": { \"files\": [{ \"path\": \"/opt/a\" }] }", "http://h/child")).Config.Findings.Single();
        Assert.That(refused.Source, Is.EqualTo("start"));
        Assert.That(refused.Reason, Does.Contain("is a link, made at http://h/child, 2:34"));
    }

    [Test]
    public void Older_versions_may_merge_newer_ones_and_bits_follow_their_own()
    {
        _site["http://h/child"] = Config("""
            "storage": { "directories": [{ "path": "/b", "mode": 1023 }] }
            """);
        IgnitionResult result = Read("""
            { "ignition": { "version": "3.0.0", "config": { "merge": [{ "source": "http://h/child" }] } },
              "storage": { "directories": [{ "path": "/a", "mode": 1023 }] } }
            """);
        Assert.That(
            result.Config.Desired.Folders.Select(static one => Convert.ToString(one.Mode!.Value, 8)),
            Is.EqualTo(new[] { "777", "1777" }));
    }

    [Test]
    public void How_to_fetch_is_what_the_parents_say_where_a_child_says_nothing()
    {
        _site["http://h/1"] = """
            { "ignition": { "version": "3.4.0", "timeouts": { "httpTotal": 5 },
              "config": { "merge": [{ "source": "http://h/2" }] } } }
            """;
        _site["http://h/2"] = Config("\"passwd\": {}");
        IgnitionAssembly assembly = new(
            Encoding.UTF8.GetBytes("""
                { "ignition": { "version": "3.4.0", "timeouts": { "httpResponseHeaders": 3 },
                  "config": { "merge": [{ "source": "http://h/1" }] } } }
                """),
            "start", IgnitionRules.Default);
        Assert.That(assembly.Fetching.HeaderLimit, Is.EqualTo(TimeSpan.FromSeconds(3)));
        Assert.That(assembly.Fetching.TotalLimit, Is.Null);
        assembly.Provide(Encoding.UTF8.GetBytes(_site["http://h/1"]));
        Assert.That(assembly.Fetching.HeaderLimit, Is.EqualTo(TimeSpan.FromSeconds(3)));
        Assert.That(assembly.Fetching.TotalLimit, Is.EqualTo(TimeSpan.FromSeconds(5)));
        assembly.Provide(Encoding.UTF8.GetBytes(_site["http://h/2"]));
        Assert.That(assembly.Finish().Fetching.TotalLimit, Is.EqualTo(TimeSpan.FromSeconds(5)));
    }

    [Test]
    public void Configurations_are_asked_for_by_version_unless_a_header_says_otherwise()
    {
        IgnitionAssembly assembly = new(
            Encoding.UTF8.GetBytes("""
                { "ignition": { "version": "3.4.0", "config": { "merge": [{ "source": "http://h/1" },
                  { "source": "http://h/2", "httpHeaders": [{ "name": "accept", "value": "own" }] }] } } }
                """),
            "start", IgnitionRules.Default);
        Assert.That(assembly.Wanted!.Headers.Single().Key, Is.EqualTo("Accept"));
        Assert.That(
            assembly.Wanted.Headers.Single().Value, Does.StartWith("application/vnd.coreos.ignition+json;version=3.5"));
        assembly.Provide(Encoding.UTF8.GetBytes(Config("\"passwd\": {}")));
        Assert.That(assembly.Wanted.Headers.Single().Value, Is.EqualTo("own"));
    }

    private static string Config(string rest, params string[] merged)
    {
        string sources = string.Join(", ", merged.Select(static one => $$"""{ "source": "{{one}}" }"""));
        return $$"""{ "ignition": { "version": "3.4.0", "config": { "merge": [{{sources}}] } }, {{rest}} }""";
    }

    private IgnitionResult Read(string json)
    {
        IgnitionAssembly assembly = new(Encoding.UTF8.GetBytes(json), "start", IgnitionRules.Default);
        while (assembly.Wanted is { } wanted)
        {
            _asked.Add(wanted.Source.OriginalString);
            if (_site.TryGetValue(wanted.Source.OriginalString, out string? answer))
                assembly.Provide(Encoding.UTF8.GetBytes(answer));
            else
                assembly.Fail("not there");
        }

        return assembly.Finish();
    }
}
