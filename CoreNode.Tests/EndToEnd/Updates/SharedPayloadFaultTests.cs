using System.Text.Json;

namespace CoreNode.Tests.EndToEnd.Updates;

/// <summary>
/// Ten native nodes take an update together while something breaks: all of them get it, and the server does not pay for
/// it ten times.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class SharedPayloadFaultTests
{
    private const int PayloadBytes = 32 << 20;
    private const int Members = 3;
    private const int Workers = 7;

    // The first worker: no vote goes with it.
    private const int First = Members;

    // So that there is a middle in which something can happen.
    private static readonly string[] s_slowly = ["--update-rate", "4000000"];
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(200);

    [Test, CancelAfter(300_000)]
    public async Task A_keeper_that_is_killed_in_the_middle_and_comes_back()
    {
        await using SharingMachines machines = await SharingMachines.MakeAsync(PayloadBytes);
        await using SharingNodes nodes = await SharingNodes.StartAsync(machines, Members, Workers, s_slowly);
        await BeginAsync(nodes, 0.3);
        long before = machines.Server.SentBytes;
        await nodes.Workers[0].KillAsync();
        await nodes.Workers[0].RestartAsync();
        await nodes.UpdateAsync(s_deadline);
        // The second keeper fetches what it had not got of the first one: at most all of it, once, however far it was.
        // Nobody else asks the server, the one that is back neither.
        double most = 1.05 + ((double)before / machines.PayloadBytes);
        AssertSent(machines, 1, most, $"{before} bytes before");
    }

    [Test, CancelAfter(300_000)]
    public async Task A_keeper_whose_disk_turns_bits()
    {
        await using SharingMachines machines = await SharingMachines.MakeAsync(PayloadBytes);
        await using SharingNodes nodes = await SharingNodes.StartAsync(machines, Members, Workers);
        await nodes.Calls[First].NowAsync(s_deadline);
        await nodes.Calls[First].InstalledAsync(s_deadline);
        Turn(SharingNodes.Kept(nodes.Workers[0]).Single());
        await nodes.UpdateAsync(s_deadline);
        // Once for the one that keeps it wrongly, once for all others; what was wrong on the way is thrown away.
        AssertSent(machines, 1.5, 2.2, "");
        Assert.That(
            nodes.All.Count(static one => one.StandardError.Contains(
                "not those that were signed", StringComparison.Ordinal)), Is.Positive);
    }

    // The others wait until its silence is longer than any update's: that takes minutes.
    [Test, Explicit("takes minutes"), Category("Benchmark"), CancelAfter(500_000)]
    public async Task A_keeper_that_the_network_hides()
    {
        await using PeerRelay relay = new();
        await using SharingMachines machines = await SharingMachines.MakeAsync(PayloadBytes);
        machines.More = number => number == First + 1 ? ["--initial-advertise-peer-urls", relay.Url] : [];
        await using SharingNodes nodes = await SharingNodes.StartAsync(machines, Members, Workers, s_slowly);
        relay.Target = nodes.Workers[0].Place.PeerPort;
        await BeginAsync(nodes, 0.3);
        relay.Cut();
        await nodes.UpdateAsync(s_deadline * 2);
        // The one that is hidden goes on with the server, and so does one of the others.
        AssertSent(machines, 1, 2.2, "");
    }

    [Test, CancelAfter(300_000)]
    public async Task A_server_that_breaks_off_and_is_busy_for_a_while()
    {
        await using SharingMachines machines = await SharingMachines.MakeAsync(PayloadBytes);
        await using SharingNodes nodes = await SharingNodes.StartAsync(machines, Members, Workers, s_slowly);
        await BeginAsync(nodes, 0.2);
        machines.Server.IsBusy = true;
        int refused = machines.Server.Refused;
        while (machines.Server.Refused == refused)
            await Task.Delay(50);
        machines.Server.IsBusy = false;
        await nodes.UpdateAsync(s_deadline);
        // What was under way when it broke off comes again.
        AssertSent(machines, 1, 1.4, $"refused {machines.Server.Refused} requests");
    }

    // The first worker fetches from the server, all others from it, and all are on their way.
    private static async Task BeginAsync(SharingNodes nodes, double share)
    {
        await nodes.Calls[First].NowAsync(s_deadline);
        await nodes.Calls[First].UntilAsync(static status => Done(status) > 0.05, s_deadline);
        UpdateCalls[] others = [.. nodes.Calls.Where((_, at) => at != First)];
        await Task.WhenAll(others.Select(static one => one.NowAsync(s_deadline)));
        Assert.That((await nodes.KeepersAsync())[0], Is.EqualTo(First + 1), "the machine that keeps it first");
        await Task.WhenAll(others.Select(static one => one.UntilAsync(static status => Done(status) > 0, s_deadline)));
        await nodes.Calls[First].UntilAsync(status => Done(status) > share, s_deadline);
    }

    // A bit of each 256 KiB: no operation is what it was.
    private static void Turn(string file)
    {
        using FileStream bytes = File.Open(file, FileMode.Open);
        for (long at = 128 << 10; at < bytes.Length; at += 256 << 10)
        {
            bytes.Position = at;
            int value = bytes.ReadByte();
            bytes.Position = at;
            bytes.WriteByte((byte)(value ^ 1));
        }
    }

    private static double Done(JsonElement status) => status.GetProperty("progress").GetDouble();

    private static void AssertSent(SharingMachines machines, double least, double most, string more)
    {
        double times = (double)machines.Server.SentBytes / machines.PayloadBytes;
        TestContext.Out.WriteLine($"the server sent {times:0.###} times the payload {more}");
        Assert.That(times, Is.InRange(least, most));
    }
}
