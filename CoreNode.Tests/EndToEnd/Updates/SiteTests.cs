using System.Text.Json;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.EndToEnd.Updates;

/// <summary>
/// The first of three native members boots a new version and cannot prove it: the others tell whose fault it is.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class SiteTests
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    private UpdatedMachine _machine = null!;
    private ClusterProcesses _cluster = null!;

    private ServerProcess Own => _cluster.Members[0];

    [SetUp]
    public async Task SetUp()
    {
        _machine = await UpdatedMachine.MakeAsync();
        _cluster = await ClusterProcesses.StartAsync(new ClusterShape
        {
            Command = NodeProcess.Command,
            Own = number => number == 1 ? _machine.Flags : [],
        });
        await _cluster.WaitForCommonLeaderAsync(s_deadline);
        _machine.Use(Own);
        await _machine.NowAsync();
        await _machine.UntilStageAsync("need-reboot");
        await UntilAsync(_ => File.Exists(Path.Combine(Own.DataFolder, "updates", "nodes-secret")));
    }

    [TearDown]
    public async Task TearDown()
    {
        await _cluster.DisposeAsync();
        await _machine.DisposeAsync();
    }

    [Test, CancelAfter(300_000)]
    public async Task A_version_that_others_cannot_reach_goes_back_while_they_are_fine()
    {
        // The new version listens where nobody finds it: it reaches the others, and hears of no leader.
        ServerPlace place = Own.Place;
        int elsewhere = FreePorts.Next();
        await _machine.RestartMachineUnwellAsync(() => Own.Place = place with { PeerPort = elsewhere });
        JsonElement judged = await UntilAsync(static now => Stage(now) == "rolling-back");
        Assert.That(Reason(judged), Does.Contain("cluster (the store has no leader").And.Contain("is in the cluster"));
        await UntilAsync(_ => File.Exists(_machine.RebootMark));
        await _machine.RestartMachineUnwellAsync(() => Own.Place = place);
        JsonElement back = await UntilAsync(static now => Stage(now) == "idle" && Runs(now) == "1.0");
        Assert.That(back.GetProperty("lastFailure").GetProperty("code").GetInt32(), Is.EqualTo(44));
        await _machine.NowAsync();
        await UntilAsync(static now => Stage(now) == "idle"
            && now.GetProperty("lastFailure").GetProperty("code").GetInt32() == 105);
        Assert.That(_machine.Server.Events, Does.Contain("3:0:44"));
    }

    [Test, CancelAfter(300_000)]
    public async Task A_version_on_a_site_that_is_cut_off_stays_unmarked_and_is_marked_once_the_others_are_back()
    {
        await Task.WhenAll(_cluster.Members.Skip(1).Select(static other => other.KillAsync()));
        await _machine.RestartMachineUnwellAsync();
        JsonElement unclear = await UntilAsync(static now =>
            Reason(now).Contains("may be the site's fault", StringComparison.Ordinal));
        Assert.That(Reason(unclear), Does.Contain("none of the others can be reached"));
        Assert.That(Stage(unclear), Is.EqualTo("judging"));
        Assert.That(_machine.Attributes("USR-B").ToString(), Is.EqualTo("2/0/0"), "neither marked nor given up");
        Assert.That(File.Exists(_machine.RebootMark), Is.False);
        foreach (ServerProcess other in _cluster.Members.Skip(1))
            other.Launch();
        await UntilAsync(static now => Stage(now) == "idle" && Runs(now) == "2.0");
        Assert.That(_machine.Attributes("USR-B").IsSuccessful, Is.True);
        Assert.That(File.Exists(_machine.RebootMark), Is.False);
    }

    private static string Stage(JsonElement status) => status.GetProperty("stage").GetString()!;

    private static string Reason(JsonElement status) => status.GetProperty("reason").GetString()!;

    private static string Runs(JsonElement status) => status.GetProperty("runningVersion").GetString()!;

    // The node may not serve yet.
    private Task<JsonElement> UntilAsync(Func<JsonElement, bool> isSo) => _machine.UntilAsync(isSo, isPatient: true);
}
