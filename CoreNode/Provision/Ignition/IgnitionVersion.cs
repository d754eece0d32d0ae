using CoreNode.Documents;

namespace CoreNode.Provision.Ignition;

/// <summary>Which version a configuration says it is of, and what to do where it is not read here.</summary>
internal static class IgnitionVersion
{
    private const string Newest = "3.5.0";

    /// <summary>The second number of a version 3; null: it is not read, and why has been reported.</summary>
    public static int? Find(MapNode root, string source, IgnitionReport report)
    {
        report.Origins.Add(root, new IgnitionOrigin(source, IgnitionSchema.Newest));
        MapNode? ignition = root.FindMap("ignition");
        ScalarNode? version = ignition.FindText("version");
        if (version is null)
        {
            DocumentNode at = ignition.FindValue("version") ?? ignition ?? root;
            bool isFirst = root.Find("ignitionVersion") is not null;
            report.Error(
                at, "ignition.version", isFirst
                    ? "this is a configuration for Ignition's version 1"
                    : "there is no \"ignition\": { \"version\": … } as text, so it is no configuration for Ignition",
                isFirst ? "write it anew as Butane, and convert that with butane" : $"write \"version\": \"{Newest}\"");
            return null;
        }

        string text = version.Text;
        if (text.Length == Newest.Length && text.StartsWith("3.", StringComparison.Ordinal)
            && text.EndsWith(".0", StringComparison.Ordinal) && text[2] is >= '0' and <= '5')
            return text[2] - '0';
        (string reason, string instead) = Refusal(text);
        report.Error(version, "ignition.version", reason, instead);
        return null;
    }

    private static (string Reason, string Instead) Refusal(string text)
    {
        const string Butane = "or write it anew as Butane, and convert that with butane";
        string shown = text.Length <= 40 ? text : text[..40] + "…";
        if (text.StartsWith("2.", StringComparison.Ordinal) || text.StartsWith("1.", StringComparison.Ordinal))
        {
            return ($"version {shown} is of an older Ignition, and 3.0.0 to {Newest} are read",
                $"convert it with ign-converter, {Butane}");
        }

        if (text.Contains("-experimental", StringComparison.Ordinal))
        {
            return ($"version {shown} is experimental: what it means has changed since",
                "write the version without -experimental, and check what you use against its specification");
        }

        return text.StartsWith("3.", StringComparison.Ordinal)
            ? ($"version {shown} is not read: 3.0.0 to {Newest} are",
                $"write \"{Newest}\" if it uses nothing newer, or convert it with a Butane of variant version 1.6")
            : ($"\"{shown}\" is no version that is read: 3.0.0 to {Newest} are", $"write \"{Newest}\"");
    }
}
