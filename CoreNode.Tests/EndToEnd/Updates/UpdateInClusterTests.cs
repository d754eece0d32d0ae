using System.Diagnostics;
using System.Text.Json;
using CoreNode.Tests.EndToEnd.Clusters;
using CoreNode.Tests.Faults.Clusters;

namespace CoreNode.Tests.EndToEnd.Updates;

/// <summary>
/// The leader of three native members updates its machine while its disk is slow: a sync takes so long that it leads on
/// only as long as nothing else comes between.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class UpdateInClusterTests
{
    private const string Elections = "etcd_server_leader_changes_seen_total";

    // A leader hands over after half an election timeout of 1 s.
    private static readonly TimeSpan s_slow = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    [Test, CancelAfter(300_000)]
    public async Task An_update_on_a_slow_disk_costs_no_election(CancellationToken cancellation)
    {
        await using UpdatedMachine machine = await UpdatedMachine.MakeAsync();
        await using ClusterProcesses cluster = await ClusterProcesses.StartAsync(new ClusterShape
        {
            Command = NodeProcess.Command,
            Own = number => number == 1 ? [.. machine.Flags, "--update-rate", "6000000"] : [],
        });
        ServerProcess leader = await LeadAsync(cluster, cluster.Members[0]);
        machine.Use(leader);
        await machine.NowAsync();
        await machine.UntilAsync(static now => now.GetProperty("progress").GetDouble() > 0.05);
        double elections = await cluster.SumAsync(Elections);
        RunningProgram strace = await HangingDisk.AttachAsync(leader.Pid, s_slow);
        int written = await WriteAsync(leader, 20, cancellation);
        JsonElement held = await machine.StatusAsync();
        await HangingDisk.DetachAsync(strace);
        strace.Dispose();
        int rest = await WriteAsync(leader, 20, cancellation);
        await machine.UntilStageAsync("need-reboot");
        double later = await cluster.SumAsync(Elections);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(written + rest, Is.EqualTo(40), "every write was done");
            Assert.That(held.GetProperty("stage").GetString(), Is.EqualTo("downloading"), "it was under way meanwhile");
            Assert.That(later, Is.EqualTo(elections), cluster.Words());
            Assert.That(await cluster.FindLeaderAsync(), Is.SameAs(leader), cluster.Words());
        }

        machine.AssertBootable();
    }

    private static async Task<ServerProcess> LeadAsync(ClusterProcesses cluster, ServerProcess wanted)
    {
        using HttpClient client = new() { Timeout = s_deadline };
        Stopwatch watch = Stopwatch.StartNew();
        ServerProcess leader = await cluster.WaitForCommonLeaderAsync(s_deadline);
        while (leader != wanted && watch.Elapsed < s_deadline)
        {
            // The answer says that the hand-over has begun, not that it is done.
            string self = await client.GetStringAsync($"{wanted.Url}/v2/stats/self");
            string id = JsonDocument.Parse(self).RootElement.GetProperty("id").GetString()!;
            using HttpResponseMessage moved = await client.PostAsync($"{leader.Url}/v2/members/leader?id={id}", null);
            leader = await cluster.WaitForCommonLeaderAsync(s_deadline);
        }

        Assert.That(leader, Is.SameAs(wanted), cluster.Words());
        return leader;
    }

    private static async Task<int> WriteAsync(ServerProcess leader, int count, CancellationToken cancellation)
    {
        using HttpClient client = new() { Timeout = s_deadline };
        int done = 0;
        for (int i = 0; i < count; i++)
        {
            using StringContent value = new("value=x", null, "application/x-www-form-urlencoded");
            using HttpResponseMessage answer = await client.PutAsync(
                $"{leader.Url}/v2/keys/busy", value, cancellation);
            done += answer.IsSuccessStatusCode ? 1 : 0;
        }

        return done;
    }
}
