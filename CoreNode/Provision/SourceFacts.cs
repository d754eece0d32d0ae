using CoreNode.Documents;
using CoreNode.Provision.Model;

namespace CoreNode.Provision;

/// <summary>What a source itself tells of the machine, as if a configuration wanted it. Pure.</summary>
internal static class SourceFacts
{
    private const int LongestName = 64;

    /// <summary>The name, keys for the default user, addresses as variables.</summary>
    public static DesiredMachine Of(UserData input, ReadingRules rules, List<Finding> findings)
    {
        string from = $"metadata of {input.Source}";
        List<string> keys = [];
        foreach (string text in input.SshKeys)
        {
            foreach (string line in text.Split(
                (char[])['\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                keys.Add(line);
            }
        }

        return new DesiredMachine
        {
            Hostname = Name(input, findings),
            Users = keys.Count == 0
                ? []
                : [new DesiredUser(rules.SshKeyName) { IsMade = false, SshKeys = keys, From = from }],
            // Only what it tells: addresses that are looked up at each boot would change the file with each of them.
            Environment = AddressText.Variables(input.Addresses),
        };
    }

    // A name that is too long for Linux is cut at a dot, as coreos-cloudinit's sources do.
    private static string? Name(UserData input, List<Finding> findings)
    {
        string name = input.Hostname.Trim().TrimEnd('.');
        while (name.Length > LongestName && name.LastIndexOf('.') is var dot and > 0)
            name = name[..dot];
        bool isName = name.Length is > 0 and <= LongestName && name[0] != '-' && name[0] != '.';
        foreach (char one in name)
            isName &= char.IsAsciiLetterOrDigit(one) || one is '-' or '.' or '_';
        if (!isName && input.Hostname.Length > 0)
        {
            findings.Add(new Finding(
                Severity.Warning, input.Source, TextPlace.None, "hostname",
                "the name that the source gives the machine is none that a machine can have: left out",
                "set hostname in the configuration"));
        }

        return isName ? name : null;
    }
}
