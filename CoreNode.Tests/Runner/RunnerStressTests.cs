using System.Diagnostics;
using CoreNode.Foundation;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Runner;

/// <summary>Many units at once, with the native launcher as a node has it.</summary>
[TestFixture, Category("Fault"), Category("Native"), NonParallelizable]
internal sealed class RunnerStressTests : RunnerFixture
{
    private const int Count = 200;

    protected override string Launcher => TestPrograms.Corenode();

    [Test]
    public async Task Two_hundred_units_start_rest_and_stop()
    {
        string[] names = [.. Enumerable.Range(0, Count).Select(i => $"many@{i}.service")];
        foreach (string name in names)
            await LoadAsync(name, "ExecStart=/bin/sleep 1000");
        Stopwatch watch = Stopwatch.StartNew();
        await Task.WhenAll(names.Select(StartAsync));
        TimeSpan started = watch.Elapsed;
        Assert.That(names.Select(n => Unit(n).MainPid).Distinct().Count(), Is.EqualTo(Count));

        // At rest: nobody asks, nothing happens.
        using Process own = Process.GetCurrentProcess();
        TimeSpan before = own.TotalProcessorTime;
        watch.Restart();
        await Task.Delay(TimeSpan.FromSeconds(2), Deadline);
        own.Refresh();
        TimeSpan used = own.TotalProcessorTime - before;
        Assert.That(used, Is.LessThan(watch.Elapsed / 10), "processor time at rest");

        watch.Restart();
        await Task.WhenAll(names.Select(n => Runner.StopUnitAsync(n, Deadline)));
        TestContext.Out.WriteLine(
            $"{Count} units: started in {started.TotalMilliseconds:0} ms, stopped in {watch.ElapsedMilliseconds} ms, "
            + $"{used.TotalMilliseconds:0} ms of processor time in 2 s at rest");
        Assert.That(names.Select(n => Unit(n).States.Active), Is.All.EqualTo("inactive"));
    }

    [Test]
    public async Task Random_requests_end_in_the_state_that_was_asked_for_last()
    {
        Prng prng = new(0x5EED);
        string[] names = [.. Enumerable.Range(0, 20).Select(i => $"random@{i}.service")];
        foreach (string name in names)
        {
            await LoadAsync(
                name, "[Unit]", "StartLimitIntervalSec=0", "[Service]", "ExecStartPre=/bin/true",
                $"ExecStart=/bin/sh -c 'echo $$$$ >> {File(name)}; exec sleep 1000'", "Restart=always", "RestartSec=0");
        }

        List<Task> asked = [];
        Dictionary<string, bool> wanted = [];
        for (int i = 0; i < 300; i++)
        {
            string name = names[prng.Next(names.Length)];
            int what = prng.Next(4);
            wanted[name] = what < 2;
            asked.Add(what switch
            {
                0 => Runner.StartUnitAsync(name, Deadline),
                1 => Runner.RestartUnitAsync(name, Deadline),
                2 => Runner.StopUnitAsync(name, Deadline),
                _ => Runner.KillAsync(name, Deadline),
            });
            if (prng.Chance(0.05))
                await Task.WhenAll(asked);
        }

        await Task.WhenAll(asked);
        foreach ((string name, bool runs) in wanted)
        {
            await UntilAsync(
                () => Unit(name).States.Active is var active
                    && (runs ? active == "active" : active is "inactive" or "failed"),
                () => $"{name} should {(runs ? "run" : "rest")}: {Unit(name)}");
            string[] alive = [.. Read(name).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(IsAlive)];
            if (!runs)
                Assert.That(alive, Is.Empty, name);
        }
    }
}
