using System.Text;
using CoreNode.Cli;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Cli;

/// <summary>The command line inside this process beside Debian's etcdctl.</summary>
[TestFixture, Category("EndToEnd")]
internal sealed class EtcdctlCompareTests
{
    [Test]
    public Task The_command_line_answers_as_etcdctl_does() => new EtcdctlComparison(RunAsync).RunAllAsync();

    private static async Task<ProgramResult> RunAsync(
        IReadOnlyList<string> words, IReadOnlyDictionary<string, string> environment, string input)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        CliHost host = CliRun.Host(output, error, Encoding.UTF8.GetBytes(input)) with
        {
            Environment = name => environment.GetValueOrDefault(name),
        };
        int exitCode = await CommandLine.RunAsAsync("etcdctl", [.. words], host);
        return new ProgramResult(exitCode, output.ToString(), error.ToString());
    }
}
