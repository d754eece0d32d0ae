using System.Collections.Concurrent;
using System.Globalization;
using CoreNode.Hosting.Updates;
using CoreNode.Updates.Applying.Worker;
using CoreNode.Updates.Client.Ports;
using Microsoft.Extensions.Logging.Abstractions;
using TestFolder = CoreNode.Tests.EndToEnd.TestFolder;

namespace CoreNode.Tests.Hosting.Updates;

/// <summary>The parent's side of a worker process, with a shell in the worker's place.</summary>
[TestFixture, Category("Unit")]
internal sealed class WorkerProcessTests
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    private TestFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TestFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task It_is_given_its_job_in_one_line_and_what_it_says_becomes_reports()
    {
        string progress = WorkerLineCodec.Write(new WorkerLine.Progress(5, 10));
        string verified = WorkerLineCodec.Write(new WorkerLine.Verified(new byte[] { 1, 2, 3 }));
        await using WorkerProcess worker = await StartAsync(
            $"read job; echo \"$job\" > {_folder.File("job")}; echo '{progress}'; echo '{verified}'");
        Assert.That(await NextAsync(worker), Is.EqualTo(new WorkerReport.Progress(5, 10)));
        WorkerReport? last = await NextAsync(worker);
        Assert.That(((WorkerReport.Verified)last!).SlotMetadata.ToArray(), Is.EqualTo((byte[])[1, 2, 3]));
        Assert.That(await NextAsync(worker), Is.Null);
        string line = (await File.ReadAllTextAsync(_folder.File("job"))).TrimEnd('\n');
        Assert.That(WorkerJobCodec.TryRead(line, out _)!.Url, Is.EqualTo("https://server/update"));
    }

    [Test]
    public async Task Pausing_and_going_on_are_further_lines()
    {
        string first = WorkerLineCodec.Write(new WorkerLine.Progress(1, 1));
        await using WorkerProcess worker = await StartAsync(
            $"read job; echo '{first}'; read a; read b; echo \"$a $b\" > {_folder.File("orders")}; echo '{first}'");
        await NextAsync(worker);
        worker.Pause(true);
        worker.Pause(false);
        await NextAsync(worker);
        Assert.That(await File.ReadAllTextAsync(_folder.File("orders")), Is.EqualTo("pause go\n"));
    }

    [Test]
    public async Task Disposing_it_ends_it_and_what_it_started()
    {
        string first = WorkerLineCodec.Write(new WorkerLine.Progress(1, 1));
        WorkerProcess worker = await StartAsync(
            $"trap '' TERM; sleep 1000 & echo $! > {_folder.File("child")}; read job; echo '{first}'; wait");
        await NextAsync(worker);
        string child = (await File.ReadAllTextAsync(_folder.File("child"))).Trim();
        int own = worker.Id;
        await worker.DisposeAsync();
        using CancellationTokenSource limit = new(s_deadline);
        while (IsThere(child) || IsThere(own.ToString(CultureInfo.InvariantCulture)))
            await Task.Delay(5, limit.Token);
    }

    [Test]
    public async Task What_is_no_line_of_a_worker_is_a_fault()
    {
        await using WorkerProcess worker = await StartAsync("read job; echo hello");
        Assert.That(() => NextAsync(worker), Throws.InstanceOf<IOException>().With.Message.Contains("cannot be read"));
    }

    [Test]
    public async Task One_that_ended_before_its_job_says_nothing()
    {
        await using WorkerProcess worker = await StartAsync("exit 3");
        worker.Pause(true);
        Assert.That(await NextAsync(worker), Is.Null);
    }

    [Test]
    public void A_program_that_is_not_there_is_a_fault_with_its_name() => Assert.That(
        () => WorkerProcess.StartAsync(["/nowhere/worker"], static _ => Task.CompletedTask, Job(), NullLogger.Instance),
        Throws.InstanceOf<IOException>().With.Message.Contains("/nowhere/worker"));

    [Test]
    public async Task It_is_put_into_its_place_before_it_is_told_what_to_do()
    {
        ConcurrentQueue<int> placed = new();
        await using WorkerProcess worker = await WorkerProcess.StartAsync(
            ["/bin/sh", "-c", "read job"],
            pid =>
            {
                placed.Enqueue(pid);
                Assert.That(IsThere(pid.ToString(CultureInfo.InvariantCulture)), Is.True, "it waits for its job");
                return Task.CompletedTask;
            },
            Job(), NullLogger.Instance);
        Assert.That(placed, Is.EqualTo((int[])[worker.Id]));
    }

    [Test]
    public void One_that_is_given_up_before_it_has_its_job_is_ended()
    {
        int pid = 0;
        Assert.That(
            () => WorkerProcess.StartAsync(
                ["/bin/sh", "-c", "read job"],
                given =>
                {
                    pid = given;
                    throw new OperationCanceledException();
                },
                Job(), NullLogger.Instance),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(IsThere(pid.ToString(CultureInfo.InvariantCulture)), Is.False);
    }

    // One that has ended and that nobody has waited for yet is no more.
    private static bool IsThere(string pid)
    {
        try
        {
            string state = File.ReadAllText($"/proc/{pid}/stat");
            return state[(state.LastIndexOf(')') + 2)..][0] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static WorkerJob Job() => new()
    {
        Step = WorkerStep.Apply,
        Url = "https://server/update",
        TrustFolder = "/keys",
        Checkpoint = "/checkpoint",
    };

    private static Task<WorkerProcess> StartAsync(string script) => WorkerProcess.StartAsync(
        ["/bin/sh", "-c", script], static _ => Task.CompletedTask, Job(), NullLogger.Instance);

    private static async Task<WorkerReport?> NextAsync(WorkerProcess worker)
    {
        using CancellationTokenSource limit = new(s_deadline);
        return await worker.NextAsync(limit.Token);
    }
}
