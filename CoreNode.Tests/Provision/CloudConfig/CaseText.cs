using System.Text;
using CoreNode.Documents;
using CoreNode.Hosting;
using CoreNode.Provision.CloudConfig;
using CoreNode.Provision.Model;
using CoreNode.Yaml;

namespace CoreNode.Tests.Provision.CloudConfig;

/// <summary>A configuration in, what was read and said of it out, as lines that a person can compare.</summary>
internal static class CaseText
{
    private const string Rules = "#rules:";
    private const int LongestShown = 70;

    /// <summary>The real options of a node, checked as a node does at its start.</summary>
    public static readonly NodeOptionRules Options = new([.. NodeFlags.All.Select(static f => f.Name)], Check);

    /// <summary>Reads it; a first line "#rules: oem bare option=value" changes the rules.</summary>
    public static string Run(string yaml)
    {
        CloudConfigRules rules = RulesOf(yaml.Split('\n')[0]);
        try
        {
            return Show(CloudConfigReader.Read(YamlTree.Parse(yaml), "test", rules));
        }
        catch (DocumentException fault)
        {
            return $"no YAML {fault.Place}: {fault.Message}\n";
        }
    }

    /// <summary>All of a result.</summary>
    public static string Show(ConfigResult result)
    {
        StringBuilder text = new();
        foreach (Finding finding in result.Findings)
        {
            text.Append(finding.Severity.ToString().ToLowerInvariant()).Append(' ').Append(finding.Place);
            text.Append(finding.Key.Length > 0 ? $" {finding.Key}" : "").Append($": {finding.Reason}");
            text.Append(finding.Suggestion.Length > 0 ? $" | {finding.Suggestion}\n" : "\n");
        }

        DesiredMachine desired = result.Desired;
        if (desired.Hostname is { } hostname)
            text.Append($"hostname {hostname}\n");
        if (desired.ManagesEtcHosts)
            text.Append("hosts localhost\n");
        foreach (DesiredUser user in desired.Users)
            text.Append(Show(user)).Append('\n');
        foreach (DesiredFile file in desired.Files)
            text.Append(Show(file)).Append('\n');
        foreach (DesiredUnit unit in desired.Units)
            text.Append(Show(unit)).Append('\n');
        foreach (DesiredOption option in desired.Options)
            text.Append($"option {option.Name}={option.Value}{(option.IsSecret ? " (secret)" : "")}\n");
        return text.ToString();
    }

    private static string Show(DesiredUser user)
    {
        List<string> words = [$"user {user.Name}"];
        Add(!user.IsMade, "existing");
        Add(user.PasswordHash is not null, $"hash={user.PasswordHash?.Length}");
        Add(user.SshKeys.Count > 0, $"keys={string.Join('|', user.SshKeys.Select(Short))}");
        Add(user.SshKeySources.Count > 0, $"from={string.Join('|', user.SshKeySources)}");
        Add(user.Gecos.Length > 0, $"gecos={user.Gecos}");
        Add(user.Home is not null, $"home={user.Home}");
        Add(user.HasNoHome, "no-home");
        Add(user.PrimaryGroup is not null, $"group={user.PrimaryGroup}");
        Add(user.Groups.Count > 0, $"groups={string.Join(',', user.Groups)}");
        Add(user.HasNoUserGroup, "no-own-group");
        Add(user.IsSystem, "system");
        Add(user.Shell is not null, $"shell={user.Shell}");
        return string.Join(' ', words);

        void Add(bool isSo, string word) => words.AddRange(isSo ? [word] : []);
    }

    private static string Show(DesiredFile file)
    {
        string content = Encoding.UTF8.GetString(file.Content.Span[..Math.Min(file.Content.Length, LongestShown)]);
        return $"file {file.Path}{(file.Mode is { } mode ? $" 0{Convert.ToString(mode, 8)}" : "")}"
            + $"{(file.User is null && file.Group is null ? "" : $" {file.User}:{file.Group}")}"
            + $"{(file.IsSecret ? " secret" : "")} {file.Content.Length} {Escaped(content)}";
    }

    private static string Show(DesiredUnit unit)
    {
        List<string> words = [$"unit {unit.Name}"];
        words.AddRange(unit.IsRuntime ? ["runtime"] : []);
        words.AddRange(unit.IsMasked is { } masked ? [masked ? "masked" : "unmasked"] : []);
        words.AddRange(unit.IsEnabled is { } enabled ? [enabled ? "enabled" : "disabled"] : []);
        words.AddRange(unit.Command is { } verb ? [verb.ToString()] : []);
        words.AddRange(unit.Content is { } content ? [Escaped(content)] : []);
        words.AddRange(unit.DropIns.Select(static one => $"{one.Name}={Escaped(one.Content)}"));
        return string.Join(' ', words);
    }

    private static string Short(string key) => key.Length <= 30 ? key : $"{key[..15]}…{key[^14..]}";

    private static string Escaped(string text) =>
        "\"" + (text.Length > LongestShown ? text[..LongestShown] + "…" : text)
            .Replace("\n", "\\n", StringComparison.Ordinal) + "\"";

    private static CloudConfigRules RulesOf(string line)
    {
        CloudConfigRules rules = new() { Options = Options };
        if (!line.StartsWith(Rules, StringComparison.Ordinal))
            return rules;
        foreach (string word in line[Rules.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = word.Split('=', 2);
            rules = word switch
            {
                "oem" => rules with { IsOem = true },
                "bare" => rules with { Options = NodeOptionRules.None },
                "small" => rules with { MostFileBytes = 64, MostBytes = 100 },
                "git" => rules with { GitHub = new Uri("https://git.example.com/keys/") },
                _ => rules with { Earlier = [new DesiredOption(parts[0], parts[1])] },
            };
        }

        return rules;
    }

    private static List<KeyValuePair<string, string>> Check(IReadOnlyList<DesiredOption> options)
    {
        Dictionary<string, string> values = [];
        foreach (DesiredOption option in options)
            values[option.Name] = option.Value;
        NodeOptionsReader reader = new(static _ => null, static file => throw new IOException($"no {file}"));
        reader.Read([.. values.Select(static pair => $"--{pair.Key}={pair.Value}")]);
        List<KeyValuePair<string, string>> problems = [];
        foreach (string problem in reader.Problems)
        {
            string name = problem.Split([' ', ':'])[0].TrimStart('-');
            problems.Add(new KeyValuePair<string, string>(name, problem));
        }

        return problems;
    }
}
