using CoreNode.Cluster;
using CoreNode.Foundation;
using CoreNode.Hosting;
using CoreNode.Tests.Api.Client;
using CoreNode.Tests.Simulation;

namespace CoreNode.Tests.EndToEnd;

/// <summary>
/// What the whole node does when its disk fails, which no real disk does on demand: the node of this process on a
/// simulated one.
/// </summary>
[TestFixture, Category("Unit"), NonParallelizable]
internal sealed class FailedDiskTests
{
    private const string DataFolder = "/data";

    private static readonly string[] s_variables =
        ["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT"];

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Dictionary<string, string?> _environment = [];

    // A node sets its process's sockets up. Those of the test process are used first, so that this changes nothing for
    // other tests, and the variables are taken back, so that it changes nothing for the programs that tests start.
    [OneTimeSetUp]
    public async Task KeepTheProcessAsItIs()
    {
        foreach (string name in s_variables)
            _environment[name] = Environment.GetEnvironmentVariable(name);
        await using ScriptedServer server = ScriptedServer.Start(_ => (200, "{}", 1));
        using HttpClient http = new();
        await http.GetStringAsync(new Uri(server.Endpoint));
    }

    [OneTimeTearDown]
    public void RestoreTheProcess()
    {
        foreach ((string name, string? value) in _environment)
            Environment.SetEnvironmentVariable(name, value);
    }

    [Test]
    public async Task A_node_whose_disk_fails_ends_with_1_says_which_file_and_confirms_nothing()
    {
        using TestFolder folder = new();
        int isFailing = 0;
        SimulatedFiles files = new(new Prng(1))
        {
            Intercept = operation =>
                Volatile.Read(ref isFailing) == 1
                && operation.Kind is SimulatedOperationKind.SyncData or SimulatedOperationKind.Sync
                    ? new IOException($"{operation.Path}: fdatasync failed: Input/output error")
                    : null,
        };
        await using StringWriter error = new();
        NodeHost host = new(TextWriter.Null, TextWriter.Synchronized(error), static _ => null, "test")
        {
            Files = files,
        };
        ServerPlace place = new(folder.Path, FreePorts.Next(), FreePorts.Next());
        using CancellationTokenSource stop = new();
        Task<int> running = Task.Run(() => host.RunAsync(Arguments(place), stop.Token));
        using HttpClient http = new() { BaseAddress = place.ClientUrl, Timeout = s_patience };
        Assert.That(await UntilServedAsync(http, running), Is.True, () => error.ToString());
        Assert.That(await TryPutAsync(http), Is.True);

        Volatile.Write(ref isFailing, 1);
        Assert.That(await TryPutAsync(http), Is.False, "a write was confirmed that is not on the disk");
        int exitCode = await running.WaitAsync(s_patience);
        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(1));
            Assert.That(
                error.ToString(),
                Does.Match($"(?m)^corenode node: {DataFolder}/raft/wal/.*: fdatasync failed: Input/output error$"));
        });
    }

    [Test]
    public async Task A_member_that_stopped_for_good_ends_with_5_says_what_to_do_and_serves_nothing()
    {
        using TestFolder folder = new();
        SimulatedFiles files = new(new Prng(1));
        files.CreateFolder(DataFolder);
        files.CreateFolder($"{DataFolder}/raft");
        StopNote.Write(
            files, $"{DataFolder}/raft", new MemberStop(MemberStopKind.Diverged, "its state differs at index 7"));
        await using StringWriter error = new();
        NodeHost host = new(TextWriter.Null, TextWriter.Synchronized(error), static _ => null, "test")
        {
            Files = files,
        };
        ServerPlace place = new(folder.Path, FreePorts.Next(), FreePorts.Next());
        int exitCode = await host.RunAsync(Arguments(place), CancellationToken.None).WaitAsync(s_patience);
        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(5));
            Assert.That(error.ToString(), Does.Contain("its state differs at index 7"));
            Assert.That(error.ToString(), Does.Contain("corenode member add --replace"));
            Assert.That(files.List($"{DataFolder}/raft"), Has.None.EqualTo("wal"), "nothing was begun");
        });
    }

    private static string[] Arguments(ServerPlace place) =>
    [
        .. NodeProcess.Command.Arguments(place).Skip(1).Select(word => word == place.DataFolder ? DataFolder : word),
    ];

    private static async Task<bool> UntilServedAsync(HttpClient http, Task running)
    {
        while (!running.IsCompleted)
        {
            try
            {
                string health = await http.GetStringAsync(new Uri("/health", UriKind.Relative));
                if (health.Contains("true", StringComparison.Ordinal))
                    return true;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(5);
        }

        return false;
    }

    private static async Task<bool> TryPutAsync(HttpClient http)
    {
        try
        {
            using FormUrlEncodedContent form = new([new("value", "x")]);
            using HttpResponseMessage answer = await http.PutAsync(new Uri("/v2/keys/a", UriKind.Relative), form);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
