using System.Text.Json.Nodes;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.Conformance;

/// <summary>
/// Every exchange recorded from etcd 3.4.23, quirks included, against the native node and a worker in front of one; and
/// against etcd itself as a check of the replayer.
/// </summary>
[TestFixture("corenode"), TestFixture("worker"), TestFixture("etcd"), Category("Conformance"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class RecordedCasesTests(string server)
{
    // Above what the cases name as plain numbers, so that an index in a cause is told from them.
    private const long FirstIndex = 100;

    private ServerProcess? _server;
    private ClusterProcesses? _cluster;
    private CaseReplayer? _replayer;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _server = server == "worker"
            ? await StartWorkerAsync()
            : await ServerProcess.StartAsync(ServerCommand.Named(server));
        _replayer = new CaseReplayer(_server.Place.ClientUrl);
        await _replayer.RaiseIndexAsync(FirstIndex);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }

    [TestCaseSource(nameof(Cases))]
    public async Task Recorded_exchange_is_answered_as_etcd_did(RecordedCase recorded)
    {
        IReadOnlyList<JsonObject> answers = await _replayer!.RunAsync(recorded);
        Assert.That(answers, Has.Count.EqualTo(recorded.Expect.Count));
        for (int i = 0; i < answers.Count; i++)
        {
            string? difference = ExpectedAnswer.Difference(recorded.Expect[i]!.AsObject(), answers[i]);
            Assert.That(difference, Is.Null, $"{recorded.Name}, step {i}: {recorded.Steps[i]!.ToJsonString()}");
        }
    }

    [Test]
    public void All_recorded_cases_are_carried()
    {
        Assert.That(RecordedCase.Load(), Has.Count.EqualTo(134));
    }

    // A worker answers what its member does, byte for byte.
    private async Task<ServerProcess> StartWorkerAsync()
    {
        _cluster = await ClusterProcesses.StartAsync(new() { Command = NodeProcess.Command, Members = 1 });
        return await WorkerProcess.StartAsync(_cluster, NodeProcess.Command);
    }

    private static IEnumerable<TestCaseData> Cases() =>
        RecordedCase.Load().Select(recorded => new TestCaseData(recorded).SetArgDisplayNames(recorded.Name));
}
