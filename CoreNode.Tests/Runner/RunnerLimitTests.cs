using CoreNode.Platform.Processes;
using CoreNode.Units.Manager;

namespace CoreNode.Tests.Runner;

/// <summary>Limits hold where the machine gives control groups.</summary>
[TestFixture, Category("EndToEnd"), NonParallelizable]
internal sealed class RunnerLimitTests : RunnerFixture
{
    [Test]
    public async Task A_unit_that_takes_too_much_memory_is_killed_and_it_is_said_why()
    {
        Require("memory");
        await LoadAsync(
            "u.service", "MemoryMax=32M", "Restart=no",
            "ExecStart=/bin/sh -c 'x=$$(head -c 100000000 /dev/zero | tr \"\\\\0\" x); echo $${#x}; sleep 1000'");
        await Runner.StartUnitAsync("u.service", Deadline);
        await UntilAsync(() => Unit("u.service").States.Active == "failed", () => $"{Unit("u.service")}");
        List<string> journal = await JournalAsync("u.service");
        Assert.That(Unit("u.service").Result, Is.EqualTo("oom-kill"), string.Join('\n', journal));
    }

    [Test]
    public async Task A_unit_has_so_many_processes_and_no_more()
    {
        Require("pids");
        await LoadAsync(
            "u.service", "TasksMax=5",
            $"ExecStart=/bin/sh -c 'for i in 1 2 3 4 5 6 7 8; do sleep 1000 & done; echo all > {File("all")}; wait'");
        await Runner.StartUnitAsync("u.service", Deadline);
        await UntilAsync(
            () => Unit("u.service").States.Active == "failed"
                || ProcessKill.InGroups(Runner.Find("u.service").ControlGroups).Count == 5,
            () => $"{Unit("u.service")}");
        Assert.That(Read("all"), Is.Empty);
    }

    [Test]
    public async Task What_a_unit_uses_is_known()
    {
        Require("memory");
        await LoadAsync("u.service", "ExecStart=/bin/sh -c 'while true; do :; done'", "CPUQuota=50%");
        await StartAsync("u.service");
        UnitObservation? seen = null;
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(20));
        while (seen is not { ProcessorTime.Ticks: > 0, MemoryBytes: > 0 })
        {
            seen = await Runner.ExamineAsync("u.service", Deadline);
            await pause.WaitForNextTickAsync(Deadline);
        }

        Assert.That(seen.ControlGroup, Does.EndWith("/u.service"));
    }

    private void Require(string controller)
    {
        if (!Runner.Summary.Contains(controller, StringComparison.Ordinal))
            Assert.Ignore($"this machine does not let a program limit {controller}: {Runner.Summary}");
    }
}
