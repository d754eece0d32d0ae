using System.Text.Json.Nodes;

namespace CoreNode.Tests.EndToEnd;

/// <summary>What README.md tells a newcomer to type works as it stands there.</summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class ReadmeTests
{
    private const string UsualAddress = "127.0.0.1:2379";

    [TestCase("corenode")]
    [TestCase("etcd")]
    public async Task The_curl_lines_set_read_and_watch_a_key(string server)
    {
        TestPrograms.Curl();
        string[] lines = [.. File.ReadLines(Repository.File("README.md"))
            .Where(line => line.StartsWith("curl ", StringComparison.Ordinal))];
        Assert.That(lines, Has.Length.EqualTo(3));
        await using ServerProcess process = await ServerProcess.StartAsync(ServerCommand.Named(server));
        List<JsonNode> answers = [];
        foreach (string line in lines)
        {
            string command = line.Replace(UsualAddress, process.Place.ClientUrl.Authority, StringComparison.Ordinal);
            ProgramResult result = await ProgramResult.OfAsync("/bin/sh", ["-c", command]);
            Assert.That(result.ExitCode, Is.Zero, result.Error);
            answers.Add(JsonNode.Parse(result.Output)!);
        }
        Assert.That(answers.Select(a => (string)a["action"]!), Is.EqualTo((string[])["set", "get", "set"]));
        Assert.That(answers.Select(a => (string)a["node"]!["value"]!), Is.All.EqualTo("hello"));
    }
}
