using CoreNode.Tests.Cli;
using CoreNode.Tests.Conformance;

namespace CoreNode.Tests.EndToEnd;

/// <summary>locksmithctl's recorded requests beside the native executable, on a node and on etcd.</summary>
[TestFixture("etcd"), TestFixture("corenode"), Category("EndToEnd"), Category("Native"), CancelAfter(300_000)]
[Parallelizable(ParallelScope.Self)]
internal sealed class LocksmithTests(string serverName)
{
    [Test]
    public async Task They_share_the_lock()
    {
        string program = TestPrograms.Corenode();
        await using ServerProcess server = await ServerProcess.StartAsync(ServerCommand.Named(serverName));
        Dictionary<string, string> environment = new() { ["CORENODE_ENDPOINTS"] = server.Url };
        await LocksmithScenario.PlayAsync(new Uri(server.Url), async line =>
        {
            ProgramResult run = await ProgramResult.OfAsync(program, ShellWords.Split(line), environment);
            return (run.ExitCode, run.Output, run.Error);
        });
    }
}
