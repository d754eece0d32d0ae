using System.Text;
using System.Text.Json.Nodes;
using CoreNode.Cluster;
using CoreNode.Platform;
using CoreNode.Store;
using CoreNode.Tests.Api;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Cli;

/// <summary>cluster recover, backup and restore on real folders.</summary>
[TestFixture, Category("Unit")]
internal sealed class OfflineCommandsTests
{
    private string _folder = "";

    private string Data => Path.Combine(_folder, "data");

    private string File(string name) => Path.Combine(_folder, name);

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("corenode-offline-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task A_stopped_node_is_backed_up_and_restored_elsewhere()
    {
        await MakeMemberAsync(writes: 10);
        CliRun backup = await RunAsync("cluster", "backup", "--data-dir", Data, File("b"));
        Assert.That(backup.ExitCode, Is.Zero, backup.Error);
        Assert.That(backup.Output, Does.Match($"^{File("b")}: index [0-9]+, 10 keys, [0-9]+ bytes, checked\n$"));
        CliRun again = await RunAsync("cluster", "backup", "--data-dir", Data, File("b"));
        string error = $"{File("b")} is there already; nothing was changed\n";
        Assert.That((again.ExitCode, again.Error), Is.EqualTo((1, error)));
        CliRun restore = await RestoreAsync(File("new"));
        Assert.That(restore.ExitCode, Is.Zero, restore.Error);
        Assert.That(restore.Output, Does.Contain(
            $"  corenode node --name x --data-dir {File("new")} --listen-peer-urls http://127.0.0.1:2380"));
        await using Replica replica = await StartAsync(File("new"));
        Assert.That(replica.Current.Count, Is.EqualTo(10));
        CliRun taken = await RestoreAsync(Data);
        Assert.That(taken.ExitCode, Is.EqualTo(1));
        Assert.That(taken.Error, Does.Contain("is not empty"));
    }

    [Test]
    public async Task Recover_asks_and_does_nothing_without_a_yes()
    {
        await MakeMemberAsync(writes: 3);
        foreach (string answer in new[] { "n\n", "\n", "" })
        {
            CliRun run = await CliRun.OfAsync(
                ["cluster", "recover", "--data-dir", Data], Encoding.UTF8.GetBytes(answer));
            Assert.That(run.ExitCode, Is.EqualTo(1));
            Assert.That(run.Error, Does.Contain("member a (").And.Contain("3 keys"));
            Assert.That(run.Error, Does.EndWith("nothing was changed\n"));
        }

        ulong before = new OfflineReplica(new RealFiles(), Data + "/raft", TimeProvider.System).Inspect().ClusterId;
        CliRun yes = await CliRun.OfAsync(["cluster", "recover", "--data-dir", Data], "y\n"u8.ToArray());
        Assert.That(yes.ExitCode, Is.Zero, yes.Error);
        OfflineSummary after = new OfflineReplica(new RealFiles(), Data + "/raft", TimeProvider.System).Inspect();
        Assert.That(after.ClusterId, Is.Not.EqualTo(before));
        Assert.That(yes.Output, Does.Contain($"new cluster {after.ClusterId:x}\n"));
        CliRun json = await RunAsync("cluster", "recover", "--data-dir", Data, "--yes", "-o", "json");
        Assert.That((int?)JsonNode.Parse(json.Output)!["keys"], Is.EqualTo(3));
    }

    [TestCase("cluster recover --yes --data-dir")]
    [TestCase("cluster backup FILE --data-dir")]
    [TestCase("cluster restore FILE --name x --initial-advertise-peer-urls http://127.0.0.1:1 --data-dir")]
    public async Task A_folder_in_use_is_refused(string line)
    {
        Directory.CreateDirectory(Data);
        using IDisposable? held = new RealFiles().TryLock(Path.Combine(Data, "lock"));
        CliRun run = await RunAsync([.. line.Replace("FILE", File("b")).Split(' '), Data]);
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((1, $"{Data} is in use by a node; stop it first\n")));
    }

    [Test]
    public async Task An_empty_folder_is_told()
    {
        CliRun run = await RunAsync("cluster", "recover", "--data-dir", Data);
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("there is no member's data"));
    }

    [Test]
    public async Task A_running_cluster_is_backed_up_through_a_member()
    {
        await using ApiHarness api = await ApiHarness.StartAsync();
        await api.AskAsync("PUT", "/v2/keys/a?value=1");
        string url = api.Url.GetLeftPart(UriPartial.Authority);
        CliRun run = await CliRun.OfAsync(["cluster", "backup", File("b")], endpoints: "http://127.0.0.1:1," + url);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Match($"^{File("b")}: index 4, 1 keys, [0-9]+ bytes, checked\n$"));
        Assert.That(Directory.GetFiles(_folder), Is.EqualTo(new[] { File("b") }));
    }

    [Test]
    public async Task Without_a_quorum_a_backup_says_so_and_local_helps()
    {
        await using ApiHarness api = await ApiHarness.StartAsync();
        api.Store.Refusal = KeyError.Of(ErrorCode.RaftInternal, "etcdserver: request timed out", 0);
        string url = api.Url.GetLeftPart(UriPartial.Authority);
        CliRun run = await CliRun.OfAsync(["cluster", "backup", File("b")], endpoints: url);
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("no quorum: etcdserver: request timed out"));
        CliRun local = await CliRun.OfAsync(["cluster", "backup", "--local", File("b")], endpoints: url);
        Assert.That(local.ExitCode, Is.Zero, local.Error);
    }

    [Test]
    public async Task A_download_that_is_no_backup_leaves_no_file()
    {
        using System.Net.HttpListener server = new();
        int port = EndToEnd.FreePorts.Next();
        server.Prefixes.Add($"http://127.0.0.1:{port}/");
        server.Start();
        Task serving = Task.Run(async () =>
        {
            System.Net.HttpListenerContext context = await server.GetContextAsync();
            await context.Response.OutputStream.WriteAsync("CNKVSNAP and then nothing"u8.ToArray());
            context.Response.Close();
        });
        CliRun run = await CliRun.OfAsync(["cluster", "backup", File("b")], endpoints: $"http://127.0.0.1:{port}");
        await serving;
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("the backup is damaged"));
        Assert.That(Directory.GetFiles(_folder), Is.Empty);
    }

    private Task<CliRun> RestoreAsync(string folder) => RunAsync(
        "cluster", "restore", File("b"), "--data-dir", folder, "--name", "x",
        "--initial-advertise-peer-urls", "http://127.0.0.1:2380");

    private static Task<CliRun> RunAsync(params string[] args) => CliRun.OfAsync(args);

    private async Task MakeMemberAsync(int writes)
    {
        await using Replica replica = await StartAsync(Data);
        for (int i = 0; i < writes; i++)
        {
            byte[] key = Encoding.UTF8.GetBytes($"/k{i}");
            KeyCommand command = new() { Operation = KeyOperation.Set, Key = key, Value = "v"u8 };
            Assert.That((await replica.ProposeAsync(command.Encode(), CancellationToken.None)).Error, Is.Null);
        }
    }

    private static Task<Replica> StartAsync(string data) => Replica.StartAsync(
        new ReplicaOptions
        {
            Folder = Path.Combine(data, "raft"),
            Name = "a",
            InitialMembers = [new InitialMember("a", ["http://127.0.0.1:2380"])],
            AdvertiseClientUrls = ["http://127.0.0.1:2379"],
        },
        new RealFiles(), TimeProvider.System, NullLoggerFactory.Instance, transport: null, probe: null,
        CancellationToken.None);
}
