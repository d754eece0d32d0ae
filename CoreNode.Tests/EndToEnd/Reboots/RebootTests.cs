using System.Text.Json;
using CoreNode.Tests.Cli;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.EndToEnd.Reboots;

/// <summary>Native nodes whose machines restart: alone by a person's word, three of them one after the other.</summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class RebootTests
{
    private const string Semaphore = "/v2/keys/coreos.com/updateengine/rebootlock/semaphore";
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    [Test, CancelAfter(300_000)]
    public async Task The_only_member_restarts_when_its_outage_is_accepted(CancellationToken stop)
    {
        using RebootedMachine machine = new(1);
        await using ServerProcess node = await NodeProcess.StartAsync([.. machine.Flags]);
        string socket = $"unix://{node.Place.SocketPath}";
        machine.Want();
        await UntilAsync(
            async () => (await RunAsync(socket, "status")).Output.Contains("nobody has accepted that", default), stop);
        CliRun refused = await RunAsync(socket, "now");
        Assert.That(refused.ExitCode, Is.EqualTo(1));
        Assert.That(refused.Error, Does.Contain("refused: the cluster has one member"));
        Assert.That(machine.IsGoingDown, Is.False);
        CliRun now = await RunAsync(socket, "now", "--accept-outage", "--reason", "a test");
        Assert.That(now.ExitCode, Is.Zero, now.Error);
        await UntilAsync(() => Task.FromResult(machine.IsGoingDown), stop);
        Assert.That(await HoldersAsync(node, stop), Is.EqualTo((string[])[machine.Id]));
        await node.KillAsync();
        machine.Boot();
        await node.RestartAsync();
        await UntilAsync(
            async () => (await RunAsync(socket, "status")).Output.Contains("has restarted: a test", default), stop);
        Assert.That(await HoldersAsync(node, stop), Is.Empty);
        CliRun doctor = await CliRun.OfAsync(["doctor"], endpoints: socket);
        Assert.That(doctor.Output, Does.Match("ok +reboot lock +nobody holds it"));
    }

    [Test, CancelAfter(240_000)]
    public async Task Three_members_restart_one_after_the_other(CancellationToken stop)
    {
        RebootedMachine[] machines = [new(1), new(2), new(3)];
        await using ClusterProcesses cluster = await ClusterProcesses.StartAsync(new ClusterShape
        {
            Command = NodeProcess.Command,
            Own = number => machines[number - 1].Flags,
        });
        foreach (RebootedMachine machine in machines)
            machine.Want();
        List<RebootedMachine> left = [.. machines];
        while (left.Count > 0)
        {
            await UntilAsync(() => Task.FromResult(left.Exists(static one => one.IsGoingDown)), stop);
            RebootedMachine[] down = [.. machines.Where(static one => one.IsGoingDown)];
            Assert.That(down, Has.Length.EqualTo(1), "one at a time");
            RebootedMachine one = down[0];
            ServerProcess node = cluster.Members[Array.IndexOf(machines, one)];
            ServerProcess other = cluster.Members[(Array.IndexOf(machines, one) + 1) % 3];
            Assert.That(await HoldersAsync(other, stop), Is.EqualTo((string[])[one.Id]));
            Assert.That(await cluster.FindLeaderAsync(), Is.Not.SameAs(node), "leadership has moved away");
            await node.KillAsync();
            one.Boot();
            left.Remove(one);
            await node.RestartAsync();
        }

        await UntilAsync(async () => (await HoldersAsync(cluster.Members[0], stop)).Length == 0, stop);
        foreach (RebootedMachine machine in machines)
            machine.Dispose();
    }

    private static Task<CliRun> RunAsync(string socket, params string[] words) =>
        CliRun.OfAsync(["reboot", .. words], endpoints: socket);

    private static async Task<string[]> HoldersAsync(ServerProcess node, CancellationToken stop)
    {
        using HttpClient client = new();
        string answer = await client.GetStringAsync($"{node.Url}{Semaphore}?quorum=true", stop);
        string value = JsonDocument.Parse(answer).RootElement.GetProperty("node").GetProperty("value").GetString()!;
        JsonElement holders = JsonDocument.Parse(value).RootElement.GetProperty("holders");
        return holders.ValueKind == JsonValueKind.Array
            ? [.. holders.EnumerateArray().Select(static one => one.GetString()!)]
            : [];
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo, CancellationToken stop)
    {
        while (!await isSo())
            await Task.Delay(s_look, stop);
    }
}
