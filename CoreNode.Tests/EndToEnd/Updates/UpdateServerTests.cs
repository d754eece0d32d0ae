using System.Diagnostics;

namespace CoreNode.Tests.EndToEnd.Updates;

/// <summary>
/// The native update server and three native nodes, each on a machine of its own with two slots: a version that does
/// not prove healthy on the first of them goes to none of the others.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native"), CancelAfter(300_000)]
internal sealed class UpdateServerTests
{
    private const int Machines = 3;

    private readonly List<UpdatedMachine> _machines = [];
    private UpdateServerProcess _server = null!;

    [SetUp]
    public async Task SetUp()
    {
        _machines.Clear();
        for (int i = 0; i < Machines; i++)
            _machines.Add(await UpdatedMachine.MakeAsync(like: i == 0 ? null : _machines[0]));
        _server = await UpdateServerProcess.StartAsync(_machines[0].KeysFolder);
        await _server.DoneAsync("app", "add", "os", "--id", "e96281a6-d1af-4bde-9a0a-97b76e56dc57");
        await _server.DoneAsync("package", "add", _machines[0].PayloadFile);
        await _server.DoneAsync("channel", "add", "stable");
        await _server.DoneAsync("channel", "set", "stable", "2.0");
    }

    [TearDown]
    public async Task TearDown()
    {
        foreach (UpdatedMachine machine in _machines)
            await machine.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task A_version_that_is_not_healthy_on_the_first_machine_goes_to_no_other()
    {
        await _server.DoneAsync("group", "add", "stable", "--channel", "stable", "--first-alone", "on");
        await StartAsync();
        UpdatedMachine broken = _machines[0];
        await broken.NowAsync();
        await broken.UntilStageAsync("need-reboot");
        await HeldAsync(_machines[1], "goes first");

        // It starts, does not prove healthy, and goes back by itself; the server hears of it and stops.
        await File.WriteAllTextAsync(broken.BrokenMark, "");
        Assert.That(await broken.RestartMachineAsync(), Is.EqualTo("USR-B"));
        await broken.UntilStageAsync("rolling-back");
        while (!File.Exists(broken.RebootMark))
            await Task.Delay(20);
        Assert.That(await broken.RestartMachineAsync(), Is.EqualTo("USR-A"));
        await broken.UntilAsync(static now => now.GetProperty("stage").GetString() == "idle"
            && now.GetProperty("runningVersion").GetString() == "1.0");
        await broken.NowAsync();
        ProgramResult wait = await _server.RunAsync("group", "wait", "stable");
        Assert.That(wait.ExitCode, Is.EqualTo(1), wait.Output + wait.Error);
        Assert.That(wait.Output, Does.Contain("STOPPED"));
        await HeldAsync(_machines[1], "stopped");
        Assert.That(await _server.FiguresAsync(), Does.Contain(
            "corenode_update_server_group_stopped{app=\"os\",group=\"stable\"} 1\n"));
        string list = await _server.DoneAsync("machine", "list", "--state", "rolled-back");
        Assert.That(list, Does.Contain(IdOf(0)).And.Not.Contain(IdOf(1)));

        // A stop outlives the server; who lets it go on gives it to the others, one first, then all.
        await _server.RestartAsync();
        Assert.That(await _server.DoneAsync("group", "show", "stable"), Does.Contain("STOPPED"));
        await _server.DoneAsync("group", "resume", "stable");
        await UpdateAsync(_machines[1]);
        await UpdateAsync(_machines[2]);
        string machines = await _server.DoneAsync("machine", "list", "--version", "2.0");
        Assert.That(machines, Does.Contain(IdOf(1)).And.Contain(IdOf(2)).And.Not.Contain(IdOf(0)));
        string history = await _server.DoneAsync("machine", "history", IdOf(0));
        Assert.That(history, Does.Contain("was offered 2.0").And.Contain("error 44"));
    }

    [Test]
    public async Task Machines_that_are_held_are_told_why_and_until_when_and_a_forced_one_is_not()
    {
        await _server.DoneAsync("group", "add", "stable", "--channel", "stable", "--updates", "off");
        await StartAsync();
        await HeldAsync(_machines[1], "switched off");
        await _server.DoneAsync("machine", "set", IdOf(1), "--force", "--despite-stop");
        await UpdateAsync(_machines[1]);
        await HeldAsync(_machines[2], "switched off");
        Assert.That(await _server.StopAsync(), Is.Zero, _server.Words);
    }

    private static string IdOf(int machine) => new((char)('a' + machine), 32);

    private async Task StartAsync()
    {
        for (int i = 0; i < Machines; i++)
        {
            _machines[i].OtherServer = _server.MachinesUrl;
            await _machines[i].StartAsync("--machine-id", IdOf(i));
            await _machines[i].UntilAsync(static now => now.GetProperty("runningVersion").GetString() == "1.0");
        }
    }

    // Asks, and waits for the reason why nothing comes of it.
    private static async Task HeldAsync(UpdatedMachine machine, string why)
    {
        await machine.NowAsync();
        await machine.UntilAsync(now => now.GetProperty("stage").GetString() == "idle"
            && now.GetProperty("reason").GetString()!.Contains(why, StringComparison.Ordinal));
    }

    private async Task UpdateAsync(UpdatedMachine machine)
    {
        await machine.NowAsync();
        await machine.UntilStageAsync("need-reboot");
        Assert.That(await machine.RestartMachineAsync(), Is.EqualTo("USR-B"));
        await machine.UntilAsync(static now => now.GetProperty("stage").GetString() == "idle"
            && now.GetProperty("runningVersion").GetString() == "2.0");

        // The server knows it once the machine has asked again.
        await machine.NowAsync();
        string id = IdOf(_machines.IndexOf(machine));
        Stopwatch watch = Stopwatch.StartNew();
        while (!(await _server.DoneAsync("machine", "list", "--version", "2.0")).Contains(id, StringComparison.Ordinal))
            Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(60)), _server.Words);
    }
}
