using System.Text;
using CoreNode.Provision.Ignition;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Provision.Ignition;

/// <summary>
/// Debian's ignition-validate judges the same cases: what it refuses is refused here, and where it takes what is
/// refused here, the table says why. It knows 3.0.0 to 3.3.0 and what became 3.4.0, so newer cases are shown to it so.
/// </summary>
[TestFixture, Category("Conformance")]
[Parallelizable(ParallelScope.Self)]
internal sealed class IgnitionOracleTests
{
    private const string NewestThere = "\"3.4.0-experimental\"";

    // Cases that are judged otherwise, with the reason.
    private static readonly Dictionary<string, string> s_differences = new(StringComparer.Ordinal)
    {
        ["a key twice"] = "it takes the last one, and nobody sees that the first has no effect",
        ["a key twice among many"] = "as above",
        ["an experimental version"] = "what 3.4.0-experimental meant depends on the program's own age",
        ["kernel arguments came with 3.3.0"] = "it warns and leaves out what a later version brought",
        ["headers came with 3.1.0"] = "as above",
        ["a proxy came with 3.1.0"] = "as above",
        ["packed configurations came with 3.1.0"] = "as above",
        ["removing users came with 3.2.0"] = "as above",
        ["removing groups came with 3.2.0"] = "as above",
        ["unknown keys are warnings"] = "Go's reader takes \"Version\" for \"version\", here it is another key",
        ["base64 with a kind"] = "its reader takes no % within base64, which RFC 2397 does",
        ["not packed at all"] = "it does not unpack before it writes",
        ["cut off"] = "as above",
        ["the wrong hash"] = "it does not compare hashes before it writes",
        ["limits that are none"] = "it takes any number",
        ["configurations from where nothing is fetched"] = "it fetches from S3 and Google Cloud Storage",
        ["a file below a file"] = "it finds out when it writes them",
        ["a link without a target"] = "before 3.3.0 it found out when it made the link",
        ["a unit that is a file too"] = "it refuses that since 2.15",
    };

    [Test]
    public async Task Both_take_and_refuse_the_same_but_for_what_is_listed()
    {
        string validate = TestPrograms.IgnitionValidate();
        List<string> wrong = [];
        foreach (IgnitionCase one in IgnitionCase.All())
        {
            bool isTaken = !IgnitionReader.Read(
                Encoding.UTF8.GetBytes(one.Json), "case", IgnitionRules.Default).Config.IsRefused;
            string shown = one.Json.Replace("\"3.4.0\"", NewestThere, StringComparison.Ordinal)
                .Replace("\"3.5.0\"", NewestThere, StringComparison.Ordinal);
            ProgramResult judged = await ProgramResult.OfAsync(validate, ["-"], input: shown);
            bool isTakenThere = judged.ExitCode == 0;
            string? why = s_differences.GetValueOrDefault(one.Name);
            if (isTaken != isTakenThere && why is null)
            {
                string there = $"{Word(isTakenThere)} there: {judged.Error}{judged.Output}";
                wrong.Add($"{one.Name}: {Word(isTaken)} here, {there}");
            }
            else if (isTaken == isTakenThere && why is not null)
                wrong.Add($"{one.Name}: both {Word(isTaken)}, but the table says: {why}");
            else if (why is not null)
                TestContext.Out.WriteLine($"{one.Name}: {Word(isTaken)} here, {Word(isTakenThere)} there: {why}");
        }

        Assert.That(wrong, Is.Empty, string.Join('\n', wrong));
    }

    private static string Word(bool isTaken) => isTaken ? "taken" : "refused";
}
