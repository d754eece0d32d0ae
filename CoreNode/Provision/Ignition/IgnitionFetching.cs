using CoreNode.Documents;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Ignition;

/// <summary>Reads the section ignition: which configurations belong to it, and how contents are fetched.</summary>
internal sealed class IgnitionFetching(IgnitionReport report, IgnitionContents contents)
{
    private const int MostSeconds = 24 * 3600;

    /// <summary>Configurations that are merged.</summary>
    public List<IgnitionReference> Merge(MapNode root)
    {
        List<IgnitionReference> references = [];
        IReadOnlyList<DocumentNode> items = root.FindMap("ignition").FindMap("config").FindItems("merge");
        for (int at = 0; at < items.Count; at++)
        {
            if (Reference(items[at] as MapNode, $"ignition.config.merge[{at}]") is { } reference)
                references.Add(reference);
        }

        return references;
    }

    /// <summary>The configuration that takes its place; null: none.</summary>
    public IgnitionReference? Replace(MapNode root)
    {
        MapNode? replace = root.FindMap("ignition").FindMap("config").FindMap("replace");
        // An empty object, or one with an empty source, is none in Ignition.
        return replace.FindText("source") is { Text.Length: > 0 }
            ? Reference(replace, "ignition.config.replace")
            : null;
    }

    /// <summary>How contents are fetched.</summary>
    public FetchOptions Options(MapNode root)
    {
        MapNode? ignition = root.FindMap("ignition");
        MapNode? timeouts = ignition.FindMap("timeouts");
        MapNode? proxy = ignition.FindMap("proxy");
        List<ContentPart> authorities = [];
        MapNode? tls = ignition.FindMap("security").FindMap("tls");
        IReadOnlyList<DocumentNode> items = tls.FindItems("certificateAuthorities");
        for (int at = 0; at < items.Count; at++)
        {
            string key = $"ignition.security.tls.certificateAuthorities[{at}]";
            if (contents.Read(items[at] as MapNode, key, isRequired: true) is { } part)
                authorities.Add(part);
        }

        List<string> direct = [];
        foreach (ScalarNode host in proxy.FindTexts("noProxy"))
            direct.Add(host.Text);
        return new FetchOptions
        {
            HeaderLimit = Seconds(timeouts, "httpResponseHeaders", FetchOptions.Default.HeaderLimit),
            TotalLimit = Seconds(timeouts, "httpTotal", null),
            HttpProxy = Proxy(proxy, "httpProxy"),
            HttpsProxy = Proxy(proxy, "httpsProxy"),
            NoProxy = direct,
            Authorities = authorities,
        };
    }

    private IgnitionReference? Reference(MapNode? item, string key) =>
        contents.Read(item, key, isRequired: true) is { } content
            ? new IgnitionReference(content, key, ((DocumentNode?)item.FindText("source") ?? item!).Place)
            : null;

    private TimeSpan? Seconds(MapNode? timeouts, string name, TimeSpan? unsaid)
    {
        if (timeouts.FindNumber(name) is not { } seconds)
            return unsaid;
        if (seconds is < 0 or > MostSeconds)
        {
            report.Error(
                timeouts.FindValue(name)!, $"ignition.timeouts.{name}",
                $"it is a number of seconds from 0 to {MostSeconds}", "write 0 for no limit");
        }

        return seconds is <= 0 or > MostSeconds ? null : TimeSpan.FromSeconds(seconds);
    }

    private Uri? Proxy(MapNode? proxy, string name)
    {
        if (proxy.FindText(name) is not { Text.Length: > 0 } text)
            return null;
        if (!Uri.TryCreate(text.Text, UriKind.Absolute, out Uri? url) || url.Host.Length == 0
            || !Uri.IsWellFormedUriString(text.Text, UriKind.Absolute)
            || url.Scheme is not ("http" or "https"))
        {
            report.Error(text, $"ignition.proxy.{name}", "a proxy is http://HOST:PORT or https://HOST:PORT",
                "write one such as http://proxy.example.com:3128");
            return null;
        }

        if (name == "httpsProxy" && url.Scheme == Uri.UriSchemeHttp)
            report.Note(text, $"ignition.proxy.{name}", "the way to this proxy is not encrypted",
                "write https:// if the proxy speaks it");
        return url;
    }
}
