using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using CoreNode.Systemd;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Units.Manager;
using CoreNode.Units.Manager;

namespace CoreNode.Tests.Systemd;

/// <summary>
/// The guard by PID 1 on a real systemd: units end at the deadline, with nobody's help, whatever their files say, and
/// as long as it is renewed they run.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
internal sealed partial class SystemdGuardTests : UnitManagerConformance
{
    // A unit that resists: ignores the signal, has children, is started again, runs commands after its end.
    private static readonly string[] s_stubborn =
    [
        "ExecStart=/bin/sh -c 'trap \"\" TERM; (trap \"\" TERM; while true; do sleep 0.05; done) & "
            + "while true; do sleep 0.05; done'",
        "ExecStop=/bin/sleep 1000",
        "ExecStopPost=/bin/sleep 1000",
        "Restart=always",
        "RestartSec=0",
        "TimeoutStopSec=infinity",
    ];

    private static readonly TimeSpan s_soon = TimeSpan.FromMilliseconds(1500);

    // PID 1 takes its time within a quarter of a second; the guard is before the deadline by that.
    private static readonly TimeSpan s_mostEarly = TimeSpan.FromMilliseconds(270);

    // From the deadline to the last process's end on a machine that has other things to do.
    private static readonly TimeSpan s_mostLate = TimeSpan.FromSeconds(5);

    // Of a lease of ten seconds.
    private static readonly TimeSpan s_margin = TimeSpan.FromMilliseconds(500);

    private new SystemdMachine Machine => (SystemdMachine)base.Machine;

    private static TimeSpan Now
    {
        get
        {
            long[] time = new long[2];
            Assert.That(GetTime(7, time), Is.Zero);
            return TimeSpan.FromTicks((time[0] * TimeSpan.TicksPerSecond) + (time[1] / 100));
        }
    }

    protected override ManagedMachine CreateMachine() => new SystemdMachine();

    [TearDown]
    public async Task NothingIsLeftAsync()
    {
        if (TestContext.CurrentContext.Result.FailCount > 0)
        {
            TestContext.Out.WriteLine((await Machine.Container.RunAsync(
                "/bin/sh", "-c", "cat /run/systemd/transient/corenode*; journalctl -n 40")).Output);
        }

        await using SystemdGuard last = new(Machine.Options);
        await last.ArmAsync(new HashSet<string>(), TimeSpan.Zero, CancellationToken.None);
        string left = (await Machine.Container.RunAsync(
            "systemctl", "list-units", "--plain", "--no-legend", "--state=active", "corenode-guard-*")).Output;
        Assert.That(left, Is.Empty);
    }

    [Test]
    public async Task Nothing_of_the_unit_is_alive_after_the_deadline_and_it_does_not_come_back()
    {
        string name = await LoadServiceAsync(s_stubborn);
        string other = await LoadServiceAsync("ExecStart=/bin/sleep 1000");
        SystemdGuard guard = new(Machine.Options);
        TimeSpan deadline = Now + s_soon;
        await guard.ArmAsync(Set(name), deadline, Deadline);
        await MustRunAsync(name);
        await MustStartAsync(other);
        // Whoever armed it is not there any more.
        await guard.DisposeAsync();
        await Manager.DisposeAsync();
        await UntilAsync(() => ProcessesOf(name) >= 2, () => "its child to run");

        TimeSpan ended = await UntilEndedAsync(name);
        TestContext.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"ended {(ended - deadline).TotalMilliseconds:0} ms after the deadline"));
        Assert.That(ended, Is.GreaterThanOrEqualTo(deadline - s_mostEarly));
        Assert.That(ended - deadline, Is.LessThan(s_mostLate));
        await UntilAsync(() => ShowState(name) is "inactive" or "failed", () => ShowState(name));
        Assert.That(ProcessesOf(name), Is.Zero);
        Assert.That(ShowState(other), Is.EqualTo("active"));
    }

    [Test]
    public async Task A_start_that_comes_after_the_deadline_does_nothing_until_the_guard_is_armed_anew()
    {
        string name = NewName();
        await LoadAsync(
            name, "[Service]\nExecStart=/bin/sleep 1000\n",
            new Dictionary<string, string> { ["CORENODE_FENCING_TOKEN"] = "12" });
        await using SystemdGuard guard = new(Machine.Options);
        await guard.ArmAsync(Set(name), Now + s_soon, Deadline);
        await MustRunAsync(name);
        await UntilEndedAsync(name);
        await UntilAsync(() => ShowState(name) is "inactive" or "failed", () => ShowState(name));

        JobResult late = await Manager.StartUnitAsync(name, Deadline);
        Assert.That(late.IsDone, Is.False);
        Assert.That(ProcessesOf(name), Is.Zero);

        await guard.ArmAsync(Set(name), Now + TimeSpan.FromSeconds(30), Deadline);
        Assert.That((await Manager.StartUnitAsync(name, Deadline)).IsDone);
    }

    [Test]
    public async Task A_renewal_moves_the_deadline_and_an_empty_set_ends_it()
    {
        string name = await LoadServiceAsync("ExecStart=/bin/sleep 1000");
        await using SystemdGuard guard = new(Machine.Options);
        await guard.ArmAsync(Set(name), Now + TimeSpan.FromMilliseconds(700), Deadline);
        await MustRunAsync(name);
        Stopwatch watch = Stopwatch.StartNew();
        TimeSpan last = TimeSpan.Zero;
        while (watch.Elapsed < TimeSpan.FromSeconds(3))
        {
            last = Now + TimeSpan.FromMilliseconds(1200);
            await guard.ArmAsync(Set(name), last, Deadline);
            Assert.That(Active(name), Is.EqualTo("active"));
            using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(200));
            await pause.WaitForNextTickAsync(Deadline);
        }

        await guard.ArmAsync(new HashSet<string>(), TimeSpan.Zero, Deadline);
        await UntilAsync(() => Now > last + TimeSpan.FromMilliseconds(500), () => "the last deadline to pass");
        Assert.That(Active(name), Is.EqualTo("active"));
    }

    [Test]
    public async Task A_unit_that_is_not_guarded_any_more_is_left_alone()
    {
        string kept = await LoadServiceAsync("ExecStart=/bin/sleep 1000");
        string ends = await LoadServiceAsync("ExecStart=/bin/sleep 1000");
        await using SystemdGuard guard = new(Machine.Options);
        await guard.ArmAsync(Set(kept, ends), Now + TimeSpan.FromSeconds(30), Deadline);
        await MustStartAsync(kept);
        await MustStartAsync(ends);
        await guard.ArmAsync(Set(ends), Now + s_soon, Deadline);
        await UntilAsync(() => Active(ends) is "inactive" or "failed", () => $"{Unit(ends)}");
        Assert.That(Active(kept), Is.EqualTo("active"));
    }

    [TestCase("daemon-reload")]
    [TestCase("daemon-reexec")]
    public async Task What_is_armed_stays_armed_while_systemd_begins_anew(string command)
    {
        string name = await LoadServiceAsync(s_stubborn);
        await using SystemdGuard guard = new(Machine.Options);
        TimeSpan deadline = Now + TimeSpan.FromSeconds(3);
        await guard.ArmAsync(Set(name), deadline, Deadline);
        await MustRunAsync(name);
        ProgramResult result = await Machine.Container.RunAsync("systemctl", command);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        await UntilAsync(() => Manager.IsConnected, () => "to be connected again");
        deadline = Now + TimeSpan.FromSeconds(4);
        await RetryAsync(() => guard.ArmAsync(Set(name), deadline, Deadline));
        Assert.That((await Machine.Container.RunAsync("systemctl", command)).ExitCode, Is.Zero);
        Assert.That(ProcessesOf(name), Is.GreaterThan(0));
        TimeSpan ended = await UntilEndedAsync(name);
        Assert.That(ended, Is.GreaterThanOrEqualTo(deadline - s_mostEarly));
        Assert.That(ended - deadline, Is.LessThan(s_mostLate));
    }

    [Test]
    public async Task Units_end_with_what_holds_their_deadline()
    {
        string name = await LoadServiceAsync("ExecStart=/bin/sleep 1000");
        await using SystemdGuard guard = new(Machine.Options);
        await guard.ArmAsync(Set(name), Now + TimeSpan.FromSeconds(600), Deadline);
        await MustRunAsync(name);
        await Machine.Container.RunAsync("systemctl", "kill", "--signal=SIGKILL", "corenode-guard-*");
        await UntilEndedAsync(name);
        await guard.ArmAsync(Set(name), Now + TimeSpan.FromSeconds(600), Deadline);
        await MustRunAsync(name);
        Assert.That(Active(name), Is.EqualTo("active"));
    }

    [Test]
    public async Task A_message_bus_that_is_gone_at_the_deadline_does_not_matter()
    {
        string name = await LoadServiceAsync(s_stubborn);
        await using SystemdGuard guard = new(Machine.Options);
        TimeSpan deadline = Now + s_soon;
        await guard.ArmAsync(Set(name), deadline, Deadline);
        await MustRunAsync(name);
        await Machine.Container.RunAsync("systemctl", "stop", "dbus.socket", "dbus.service");
        TimeSpan ended = await UntilEndedAsync(name);
        await Machine.Container.RunAsync("systemctl", "start", "dbus.socket", "dbus.service");
        Assert.That(ended - deadline, Is.LessThan(s_mostLate));
        await UntilAsync(() => Manager.IsConnected, () => "to be connected again");
    }

    [Test]
    public async Task A_new_process_takes_over_what_the_last_one_armed()
    {
        string name = await LoadServiceAsync("ExecStart=/bin/sleep 1000");
        SystemdGuard first = new(Machine.Options);
        TimeSpan deadline = Now + s_soon;
        await first.ArmAsync(Set(name), deadline, Deadline);
        await MustRunAsync(name);
        await first.DisposeAsync();

        await using SystemdGuard second = new(Machine.Options);
        await second.ArmAsync(Set(name), Now + TimeSpan.FromSeconds(30), Deadline);
        await UntilAsync(() => Now > deadline + TimeSpan.FromMilliseconds(700), () => "the first deadline to pass");
        Assert.That(Active(name), Is.EqualTo("active"));
    }

    [Test]
    public async Task On_a_starved_machine_nothing_of_the_unit_runs_after_the_deadline_and_its_margin()
    {
        string hogs = await LoadServiceAsync(
            "ExecStart=/bin/sh -c 'for i in $$(seq 16); do while true; do :; done & done; wait'");
        // Whatever of it runs says so, all the time: a process that was killed but is still listed runs no more.
        const string live = "/bin/sh -c 'trap \"\" TERM; while true; do : >/tmp/scratch/SIGN; sleep 0.005; done'";
        string main = live.Replace("SIGN", "alive", StringComparison.Ordinal);
        string stop = live.Replace("SIGN", "stopping", StringComparison.Ordinal);
        string name = NewName();
        await LoadAsync(
            name,
            $"[Service]\nExecStart={main}\nExecStop={stop}\nExecStopPost={stop}\nRestart=always\nRestartSec=0\n"
                + "TimeoutStopSec=infinity\n",
            new Dictionary<string, string> { ["CORENODE_FENCING_TOKEN"] = "12" });
        await using SystemdGuard guard = new(Machine.Options);
        await guard.ArmAsync(Set(name), Now + TimeSpan.FromSeconds(60), Deadline);
        await MustRunAsync(name);
        await MustStartAsync(hogs);
        TimeSpan deadline = Now + TimeSpan.FromSeconds(5);
        DateTime deadlineOfDay = DateTime.UtcNow + (deadline - Now);
        await guard.ArmAsync(Set(name), deadline, Deadline);
        await UntilAsync(() => ShowState(name) is "inactive" or "failed", () => ShowState(name));
        double Late(string sign) => File.Exists(Machine.Outside($"{Machine.Scratch}/{sign}"))
            ? (File.GetLastWriteTimeUtc(Machine.Outside($"{Machine.Scratch}/{sign}")) - deadlineOfDay).TotalMilliseconds
            : double.NegativeInfinity;
        double late = Late("alive");
        TestContext.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"last sign of life {late:0} ms after the deadline, of what is to stop it {Late("stopping"):0} ms"));
        await Manager.KillAsync(hogs, Deadline);
        Assert.That(late, Is.GreaterThan(-2000), "it ran until shortly before");
        Assert.That(late, Is.LessThan(s_margin.TotalMilliseconds));
        // PID 1 starts what is to stop the unit when it comes to it: killed at once, but only then.
        Assert.That(Late("stopping"), Is.LessThan(4 * s_mostLate.TotalMilliseconds));
    }

    [Test]
    public async Task What_a_renewal_costs()
    {
        const int renewals = 40;
        string name = await LoadServiceAsync("ExecStart=/bin/sleep 1000");
        await using SystemdGuard guard = new(Machine.Options);
        await guard.ArmAsync(Set(name), Now + TimeSpan.FromSeconds(60), Deadline);
        long before = FirstProcessTicks();
        Stopwatch watch = Stopwatch.StartNew();
        for (int i = 0; i < renewals; i++)
            await guard.ArmAsync(Set(name), Now + TimeSpan.FromSeconds(60), Deadline);
        double ticks = FirstProcessTicks() - before;
        TestContext.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"a renewal: {watch.Elapsed.TotalMilliseconds / renewals:0.0} ms, PID 1 {ticks * 10 / renewals:0.00} ms "
            + $"of processor"));
        Assert.That(watch.Elapsed / renewals, Is.LessThan(TimeSpan.FromMilliseconds(500)));
    }

    // The first process of a simple service may come into its control group a moment after the job's end.
    private async Task MustRunAsync(string name)
    {
        await MustStartAsync(name);
        await UntilAsync(() => ProcessesOf(name) > 0, () => $"{name} to run");
    }

    // As the agent does while systemd is away.
    private async Task RetryAsync(Func<Task> call)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            try
            {
                await call();
                return;
            }
            catch (UnitManagerException away) when (away.IsManagerAway)
            {
                await pause.WaitForNextTickAsync(Deadline);
            }
        }
    }

    private static HashSet<string> Set(params string[] units) => [.. units];

    private long FirstProcessTicks()
    {
        string stat = File.ReadAllText($"/proc/{Machine.Container.First}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return long.Parse(fields[11], CultureInfo.InvariantCulture)
            + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    // Read from the kernel: neither systemd nor the manager is asked.
    private int ProcessesOf(string name)
    {
        string file = Machine.Outside($"/sys/fs/cgroup/system.slice/{name}/cgroup.procs");
        try
        {
            return File.Exists(file) ? File.ReadAllLines(file).Length : 0;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private string ShowState(string name)
    {
        using Process show = Process.Start(new ProcessStartInfo(
            "nsenter",
            [
                "-t", $"{Machine.Container.First}", "-a", "--", "systemctl", "show", "--value",
                "--property=ActiveState", name,
            ])
        {
            RedirectStandardOutput = true,
        })!;
        return show.StandardOutput.ReadToEnd().Trim();
    }

    // The moment of CLOCK_BOOTTIME at which its last process was seen to be gone.
    private async Task<TimeSpan> UntilEndedAsync(string name)
    {
        await UntilAsync(() => ProcessesOf(name) == 0, () => $"{ProcessesOf(name)} processes of {name} live");
        return Now;
    }

    // Safety: the kernel writes two longs into the array.
    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, [Out] long[] time);
}
