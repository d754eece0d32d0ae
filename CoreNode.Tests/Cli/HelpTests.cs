using System.CommandLine;
using CoreNode.Cli;

namespace CoreNode.Tests.Cli;

[TestFixture, Category("Unit")]
internal sealed class HelpTests
{
    // node and the older tools print help of their own.
    public static IEnumerable<string> Commands() =>
        All(Root()).Where(command => command.TreatUnmatchedTokensAsErrors).Select(HelpPage.Path);

    [TestCaseSource(nameof(Commands))]
    public async Task Every_command_has_help_with_examples(string path)
    {
        CliRun run = await CliRun.OfAsync([.. path.Split(' ').Skip(1), "--help"]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Error, Is.Empty);
        Assert.That(run.Output, Does.StartWith($"{path} - ").And.Contain("Examples:"));
        Assert.That(run.Output.Split('\n').Max(line => line.Length), Is.LessThanOrEqualTo(100));
    }

    [Test]
    public void Every_command_has_two_to_four_examples()
    {
        string[] wrong =
        [
            .. All(Root()).Where(command => ((CliCommand)command).Examples.Count is < 2 or > 4).Select(HelpPage.Path),
        ];
        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void Every_example_is_a_command_line_that_parses()
    {
        string[] wrong =
        [
            .. All(Root()).SelectMany(command => ((CliCommand)command).Examples)
                .Select(example => example.Line)
                .Where(line => line.StartsWith("corenode ", StringComparison.Ordinal)
                    && !line.StartsWith("corenode node ", StringComparison.Ordinal)
                    && !line.StartsWith("corenode etcdctl ", StringComparison.Ordinal)
                    && !line.StartsWith("corenode fleetctl ", StringComparison.Ordinal)
                    && !line.StartsWith("corenode locksmithctl ", StringComparison.Ordinal)
                    && !line.StartsWith("corenode update_engine_client ", StringComparison.Ordinal)
                    && !line.StartsWith("corenode update-server serve", StringComparison.Ordinal))
                .Select(line => line.Split(" > ")[0].Split(" && ")[0])
                .Where(line => UsageErrors.Find(Root().Parse([.. ShellWords.Split(line).Skip(1)])).Count > 0),
        ];
        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public async Task Without_arguments_the_help_goes_to_stderr()
    {
        CliRun run = await CliRun.OfAsync([]);
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Output, Is.Empty);
        Assert.That(run.Error, Does.Contain("Commands:"));
    }

    internal static CliCommand Root()
    {
        StringWriter nowhere = new();
        return CommandTree.BuildAll(new CliSession(CliRun.Host(nowhere, nowhere)));
    }

    private static IEnumerable<Command> All(Command command) =>
        command.Subcommands.SelectMany(All).Prepend(command);
}
