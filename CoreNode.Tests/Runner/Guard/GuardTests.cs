using System.Diagnostics;
using CoreNode.Platform;
using CoreNode.Platform.Processes;
using CoreNode.Runner.Guard;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Foundation;
using CoreNode.Units.Manager;

namespace CoreNode.Tests.Runner.Guard;

/// <summary>The real guard process, and real processes of a unit that hide as well as they can.</summary>
[TestFixture, Category("Fault")]
[CancelAfter(60_000), NonParallelizable]
internal sealed class GuardTests : IUnitProcesses
{
    private const string Unit = "one.service";
    // Without native code, and with everything else that runs beside the tests; the figure is written out.
    private static readonly TimeSpan s_slack = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan s_short = TimeSpan.FromSeconds(2);

    private readonly List<Process> _started = [];
    private readonly RecordedLog _log = new();
    private TestFolder _folder = null!;
    private UnitGuard _guard = null!;
    private string _mark = "";
    private string _group = "";

    private static TimeSpan Now => BootClock.Now(BootClock.Instance);

    public UnitProcesses Find(string name) =>
        _group.Length > 0 ? new UnitProcesses([_group], "") : new UnitProcesses([], _mark);

    [SetUp]
    public void MakeGuard()
    {
        _folder = new TestFolder();
        _mark = $"CORENODE_TEST_UNIT={Guid.NewGuid():N}";
        _group = "";
        _guard = NewGuard();
    }

    [TearDown]
    public async Task EndAsync()
    {
        await _guard.DisposeAsync();
        if (GuardPid() is { } pid)
            Signals.Send(pid, Signals.Kill);
        ProcessKill.All([], _mark, []);
        foreach (Process process in _started)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _started.Clear();
        if (_group.Length > 0)
            RemoveGroup();
        _folder.Dispose();
        _log.Dispose();
    }

    [TestCase(false, TestName = "A_supervisor_that_is_stopped_or_cut_off_leaves_nothing_alive_after_the_deadline")]
    [TestCase(true, TestName = "A_supervisor_that_was_killed_leaves_nothing_alive_after_the_deadline")]
    public async Task Nothing_lives_past_the_deadline(bool isKilled)
    {
        await StartUnitAsync();
        TimeSpan deadline = Now + s_short;
        await ArmAsync(deadline);
        // What the kernel does for one that was killed; one that is stopped does nothing at all.
        if (isKilled)
            await _guard.DisposeAsync();
        await AssertEndsAtAsync(deadline);
    }

    [Test]
    public async Task A_machine_without_a_free_processor_still_sees_it_act()
    {
        await StartUnitAsync();
        for (int i = 0; i < Environment.ProcessorCount * 8; i++)
            Start("/bin/sh", "-c", "while :; do :; done");
        TimeSpan deadline = Now + s_short;
        await ArmAsync(deadline);
        await AssertEndsAtAsync(deadline);
    }

    [Test]
    public async Task Processes_in_a_control_group_end_whatever_they_did_to_hide()
    {
        MakeGroup();
        await StartUnitAsync();
        TimeSpan deadline = Now + s_short;
        await ArmAsync(deadline);
        await AssertEndsAtAsync(deadline);
    }

    [Test]
    public async Task Renewals_keep_it_alive_and_letting_go_does_for_good()
    {
        await StartUnitAsync();
        TimeSpan first = Now + (s_short * 2);
        await ArmAsync(first);
        while (Now < first + TimeSpan.FromSeconds(1))
            await ArmAsync(Now + (s_short * 2));
        Assert.That(Alive(), Is.Not.Empty);
        TimeSpan last = Now + s_short;
        await _guard.ArmAsync(new HashSet<string>(), last, CancellationToken.None);
        await WaitAsync(() => Now > last + s_short, "time goes by");
        Assert.That(Alive(), Is.Not.Empty);
        Assert.That(_guard.NotAfter(Unit), Is.Null);
    }

    [Test]
    public async Task What_is_started_after_it_acted_is_killed_too()
    {
        await StartUnitAsync();
        TimeSpan deadline = Now + s_short;
        await ArmAsync(deadline);
        await AssertEndsAtAsync(deadline);
        Assert.That(_guard.NotAfter(Unit), Is.LessThan(Now));
        Start("/bin/sleep", "1000");
        await WaitAsync(() => Alive().Count == 0, "the late one is killed");
    }

    [Test]
    public async Task A_guard_that_is_killed_is_replaced_by_one_that_holds_the_same()
    {
        await StartUnitAsync();
        TimeSpan deadline = Now + (s_short * 3);
        await ArmAsync(deadline);
        int first = GuardPid()!.Value;
        Signals.Send(first, Signals.Kill);
        await WaitAsync(() => GuardPid() is { } pid && pid != first, "another guard");
        await AssertEndsAtAsync(deadline);
    }

    [Test]
    public async Task Requests_to_end_do_not_end_it()
    {
        await StartUnitAsync();
        TimeSpan deadline = Now + s_short;
        await ArmAsync(deadline);
        Signals.Send(GuardPid()!.Value, Signals.Terminate);
        await _guard.DisposeAsync();
        await AssertEndsAtAsync(deadline);
    }

    [Test]
    public async Task A_new_supervisor_takes_the_guard_over()
    {
        await StartUnitAsync();
        TimeSpan deadline = Now + s_short;
        await ArmAsync(deadline);
        int pid = GuardPid()!.Value;
        await _guard.DisposeAsync();
        _guard = NewGuard();
        Assert.That(_guard.NotAfter(Unit), Is.EqualTo(TimeSpan.Zero), "forbidden until it is armed again");
        await ArmAsync(deadline + s_short);
        Assert.That(GuardPid(), Is.EqualTo(pid));
        await WaitAsync(() => Now > deadline + TimeSpan.FromMilliseconds(300), "the first deadline goes by");
        Assert.That(Alive(), Is.Not.Empty);
        await AssertEndsAtAsync(deadline + s_short);
    }

    [Test]
    public async Task It_ends_when_it_holds_nothing_and_nobody_is_connected()
    {
        await ArmAsync(Now + TimeSpan.FromMinutes(1));
        await _guard.ArmAsync(new HashSet<string>(), TimeSpan.Zero, CancellationToken.None);
        Assert.That(GuardPid(), Is.Not.Null);
        await _guard.DisposeAsync();
        await WaitAsync(() => GuardPid() is null, "the guard ends");
    }

    [Test]
    public async Task Without_anything_to_hold_none_is_started()
    {
        await _guard.ArmAsync(new HashSet<string>(), TimeSpan.Zero, CancellationToken.None);
        Assert.That(GuardPid(), Is.Null);
    }

    private static async Task WaitAsync(Func<bool> holds, string what)
    {
        DateTime limit = DateTime.UtcNow.AddSeconds(20);
        while (!holds())
        {
            if (DateTime.UtcNow > limit)
                Assert.Fail($"not within 20 s: {what}");
            await Task.Delay(5);
        }
    }

    private UnitGuard NewGuard()
    {
        string dotnet = Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet"
            ? path
            : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "/usr/bin/dotnet";
        return new UnitGuard(
            new GuardOptions
            {
                Folder = _folder.File("guard"),
                Program = [dotnet, Path.Combine(AppContext.BaseDirectory, "corenode.dll")],
                StartTime = TimeSpan.FromSeconds(20),
            },
            this, TimeProvider.System, _log);
    }

    private Task ArmAsync(TimeSpan deadline) =>
        _guard.ArmAsync(new HashSet<string> { Unit }, deadline, CancellationToken.None);

    // A daemon in a session of its own, one that lost its parent, and one that does not want to end.
    private async Task StartUnitAsync()
    {
        // The guard is there before the clock runs: starting it costs a second without native code.
        await ArmAsync(Now + TimeSpan.FromMinutes(1));
        string join = _group.Length > 0 ? $"echo $$ >{_group}/cgroup.procs; " : "";
        Start(
            "/bin/sh", "-c",
            join + "trap '' TERM INT HUP; setsid sleep 1000 & (sleep 1000 &) ; "
            + "(setsid sh -c \"trap '' TERM; sleep 1000 & wait\" &) ; "
            + "while :; do sleep 0.01; done");
        await WaitAsync(() => Alive().Count >= 5, "the unit runs");
    }

    private void Start(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments);
        string[] mark = _mark.Split('=');
        if (arguments[^1] != "while :; do :; done")
            start.Environment[mark[0]] = mark[1];
        _started.Add(Process.Start(start)!);
    }

    private List<int> Alive() =>
    [
        .. ProcessTable.All().Where(pid =>
            ProcessTable.HasMark(pid, _mark) && ProcessTable.Find(pid) is { IsZombie: false }),
    ];

    private async Task AssertEndsAtAsync(TimeSpan deadline)
    {
        // A look at all processes takes a while, so the one before the deadline has to begin in time.
        int before = Alive().Count;
        Assert.That(Now < deadline && before > 0, "it runs until the deadline");
        // Twice: a look at all processes may miss one that another one is just starting.
        await WaitAsync(
            () => (Alive().Count == 0 && Alive().Count == 0) || Now > deadline + TimeSpan.FromSeconds(10),
            "nothing is alive");
        Assert.That(
            Alive(), Is.Empty, $"guard {GuardPid()}, log: {string.Join('\n', _log.Lines)}, left: {Describe()}");
        TimeSpan late = Now - deadline;
        TestContext.Out.WriteLine($"nothing alive {late.TotalMilliseconds:0.0} ms after the deadline");
        Assert.That(late, Is.GreaterThan(TimeSpan.Zero).And.LessThan(s_slack));
    }

    private string Describe() => string.Join("; ", Alive().Select(static pid => $"{ProcessTable.Find(pid)}"));

    private int? GuardPid()
    {
        foreach (int pid in ProcessTable.All())
        {
            try
            {
                if (ProcessTable.Find(pid) is { IsZombie: false }
                    && File.ReadAllText($"/proc/{pid}/cmdline").Contains(_folder.Path, StringComparison.Ordinal))
                {
                    return pid;
                }
            }
            catch (IOException)
            {
                // It has ended.
            }
        }

        return null;
    }

    private void MakeGroup()
    {
        foreach (string root in (string[])["/sys/fs/cgroup/unified", "/sys/fs/cgroup"])
        {
            if (!File.Exists(Path.Combine(root, "cgroup.procs")))
                continue;
            try
            {
                _group = Path.Combine(root, $"corenode-test-{Environment.ProcessId}-{Guid.NewGuid():N}");
                Directory.CreateDirectory(_group);
                return;
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                _group = "";
            }
        }

        Assert.Ignore("no control groups can be made here");
    }

    private void RemoveGroup()
    {
        ProcessKill.All([_group], "", []);
        for (int i = 0; i < 100 && Directory.Exists(_group); i++)
        {
            try
            {
                Directory.Delete(_group);
            }
            catch (IOException)
            {
                Thread.Yield();
            }
        }
    }
}
