using CoreNode.Hosting;
using CoreNode.Provision.CloudConfig;
using CoreNode.Tests.Architecture;

namespace CoreNode.Tests.Provision.CloudConfig;

[TestFixture, Category("Unit")]
internal sealed class ServiceKeyTests
{
    private static readonly (string Section, IReadOnlyList<ServiceKey> Keys)[] s_sections =
    [
        ("etcd2", ServiceKeys.Etcd2), ("etcd", ServiceKeys.Etcd), ("fleet", ServiceKeys.Fleet),
        ("locksmith", ServiceKeys.Locksmith), ("update", ServiceKeys.Update), ("flannel", ServiceKeys.Flannel),
    ];

    [Test]
    public void There_are_as_many_keys_as_coreos_cloudinit_had()
    {
        Assert.That(
            s_sections.Select(static s => s.Keys.Count), Is.EqualTo(new[] { 41, 33, 18, 9, 3, 11 }));
    }

    [Test]
    public void Keys_become_options_that_there_are()
    {
        foreach ((string section, IReadOnlyList<ServiceKey> keys) in s_sections)
        {
            Assert.That(keys.Select(static k => k.Name), Is.Unique);
            foreach (ServiceKey key in keys.Where(static k => k.IsOption))
                Assert.That(NodeFlags.Find(key.Meaning), Is.Not.Null, $"{section}: {key.Name}");
        }
    }

    [Test]
    public void The_page_lists_every_key_and_what_becomes_of_it()
    {
        string page = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "cloud-config.md"));
        foreach ((string section, IReadOnlyList<ServiceKey> keys) in s_sections)
        {
            string[] documented =
                [.. MarkdownTable.Read(page, $"coreos.{section}").Select(static row => $"{row[0]} | {row[1]}")];
            Assert.That(documented, Is.EqualTo(keys.Select(Row)), section);
        }
    }

    [Test]
    public void Every_key_has_an_effect_or_is_told_to_have_none()
    {
        foreach ((string section, IReadOnlyList<ServiceKey> keys) in s_sections)
        {
            foreach (ServiceKey key in keys)
            {
                string value = key.Kind switch
                {
                    ServiceKeyKind.Word => key.Words[0],
                    ServiceKeyKind.Switch => "true",
                    ServiceKeyKind.Time => "30s",
                    _ => key.Name == "etcd_key_prefix" ? "/other" : "1",
                };
                string said = CaseText.Run($"#rules: bare\ncoreos:\n  {section}:\n    {key.Name}: {value}\n");
                Assert.That(said, Does.Contain("option ").Or.Contain($".{key.Name}"), $"{section}: {key.Name}");
            }
        }
    }

    private static string Row(ServiceKey key) => key.Kind switch
    {
        ServiceKeyKind.NoEffect => $"{key.Name} | – (note: {key.Meaning})",
        ServiceKeyKind.NoEffectWarned => $"{key.Name} | – (warning: {key.Meaning})",
        ServiceKeyKind.Word => $"{key.Name} | {key.Meaning}: {string.Join(", ", key.Words)}",
        _ => $"{key.Name} | {key.Meaning}",
    };
}
