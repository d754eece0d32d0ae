using System.Text;
using CoreNode.Documents;
using CoreNode.Foundation;
using CoreNode.Provision;
using CoreNode.Provision.Model;

namespace CoreNode.Tests.Provision;

/// <summary>Places are those of the text that people wrote, not of the one with the addresses in it.</summary>
[TestFixture, Category("Unit")]
internal sealed class TextShiftsTests
{
    private static readonly MachineAddresses s_addresses = new()
    {
        PublicIPv4 = "192.0.2.1",
        PrivateIPv4 = "1.1.1.1",
        PrivateIPv6 = "2001:db8:aaaa:bbbb:cccc:dddd:eeee:1",
    };

    private static readonly string[] s_pieces =
    [
        "a", "bc", " ", "\n", "\r\n", "$", "\\", "€", "\ud83d\ude00", "$private_ipv4", "$public_ipv4",
        "$public_ipv6", "$private_ipv6", "\\$private_ipv4", "$private_ipv", "\u2028",
    ];

    [TestCase(1UL)]
    [TestCase(2UL)]
    public void Every_character_that_was_kept_is_found_where_it_was(ulong seed)
    {
        Prng chance = new(seed);
        int compared = 0;
        for (int round = 0; round < 500; round++)
        {
            StringBuilder text = new();
            for (int n = chance.Next(40); n > 0; n--)
                text.Append(s_pieces[chance.Next(s_pieces.Length)]);
            string before = text.ToString();
            TextShifts shifts = new();
            string after = AddressText.Substitute(before, s_addresses, [], shifts);
            string[] lines = Lines(before);
            string[] newLines = Lines(after);
            Assert.That(newLines, Has.Length.EqualTo(lines.Length));
            for (int line = 1; line <= newLines.Length; line++)
            {
                string newLine = newLines[line - 1];
                for (int column = 1; column <= newLine.Length; column++)
                {
                    TextPlace place = shifts.Original(new TextPlace(line, column));
                    Assert.That(place.Line, Is.EqualTo(line));
                    char there = lines[line - 1][place.Column - 1];
                    if (there is '$' or '\\' && there != newLine[column - 1])
                        continue;
                    Assert.That(there, Is.EqualTo(newLine[column - 1]), $"{line}:{column} of {before}");
                    compared++;
                }
            }
        }

        Assert.That(compared, Is.GreaterThan(5000));
    }

    [TestCase("gecos: $private_ipv4, shel: x", "shel")]
    [TestCase("gecos: $public_ipv6, shel: x", "shel")]
    [TestCase("gecos: \"\\\\$private_ipv4 $private_ipv6\", shel: x", "shel")]
    public async Task A_finding_behind_an_address_stands_where_the_author_sees_it(string rest, string key)
    {
        string line = $"users: [{{name: core, {rest}}}]".Replace("\\\\", "\\", StringComparison.Ordinal);
        LoadedConfig loaded = await ProvisionRun.LoadAsync([ProvisionRun.Data($"#cloud-config\n{line}\n", "x")]);
        Finding found = loaded.Result.Findings.Single(one => one.Key == $"users[0].{key}");
        Assert.That(found.Place, Is.EqualTo(new TextPlace(2, line.IndexOf(key, StringComparison.Ordinal) + 1)));
    }

    [Test]
    public async Task Also_where_it_is_no_yaml_and_in_the_words_of_a_finding()
    {
        const string Twice = "#cloud-config\n{hostname: $private_ipv6, hostname: b}\n";
        LoadedConfig loaded = await ProvisionRun.LoadAsync([ProvisionRun.Data(Twice, "x")]);
        Finding found = loaded.Result.Findings.Single(static one => one.Severity == Severity.Error);
        Assert.That((found.Place, found.Reason), Is.EqualTo(
            (new TextPlace(2, 27), "the key \"hostname\" is there already, at 2:2")));
        loaded = await ProvisionRun.LoadAsync([ProvisionRun.Data("#cloud-config\na: $private_ipv6 \u0001\n", "x")]);
        found = loaded.Result.Findings.Single(static one => one.Severity == Severity.Error);
        Assert.That(found.Place, Is.EqualTo(new TextPlace(2, 18)));
    }

    private static string[] Lines(string text) =>
        text.Replace("\r\n", "\r\u0001", StringComparison.Ordinal).Replace('\n', '\r').Replace('\u2028', '\r')
            .Replace("\r\u0001", "\r", StringComparison.Ordinal).Split('\r');
}
