namespace CoreNode.Tests.EndToEnd;

/// <summary>
/// A machine of its own with systemd as its first process: a root folder made here, the programs of this machine below
/// /usr, cgroups of its own, and no network but its own loopback or a network namespace that the test made. Needs root
/// and systemd-nspawn; says what is missing and skips the test otherwise.
/// </summary>
internal sealed class SystemdContainer : IAsyncDisposable
{
    /// <summary>Where the native binary lies inside: /usr is this machine's.</summary>
    public const string Binary = "/opt/corenode";

    /// <summary>
    /// What nspawn ends with when its systemd asks for a reboot and nspawn is no service itself.
    /// </summary>
    public const int RebootAsked = 133;

    private static readonly TimeSpan s_bootDeadline = TimeSpan.FromSeconds(60);

    // cgroups first: systemd in the group of the test host would take that one's processes along.
    private const string Launch = """
        hierarchies=/sys/fs/cgroup/*/
        [ ! -e /sys/fs/cgroup/cgroup.controllers ] || hierarchies=/sys/fs/cgroup
        for hierarchy in $hierarchies; do
          [ -e "$hierarchy/cgroup.procs" ] || continue
          mkdir -p "$hierarchy/$1"
          for file in cpuset.cpus cpuset.mems; do
            [ ! -e "$hierarchy/$file" ] || cat "$hierarchy/$file" >"$hierarchy/$1/$file"
          done
          echo $$ >"$hierarchy/$1/cgroup.procs"
        done
        # Unless told, nspawn takes the root folder, whose /usr is not there yet, for one of an old systemd and gives it
        # the old hierarchies only, on which a systemd in a container is not told when a unit's last process has ended.
        export UNIFIED_CGROUP_HIERARCHY=1
        exec "$3" --quiet --register=no --keep-unit --console=pipe --boot --directory="$2" --bind-ro=/usr \
          --machine="$1" "$4" --kill-signal=SIGRTMIN+3
        """;

    // What makes a root folder over another machine's /usr: no first boot, nothing that waits for hardware or network.
    private const string Skeleton = """
        chmod 755 .
        mkdir -p usr etc/systemd/system/multi-user.target.wants etc/sysusers.d etc/default etc/corenode
        mkdir -p var/lib var/log run tmp proc sys dev root home opt srv mnt
        for folder in bin sbin lib lib64 lib32; do
          [ ! -e "/usr/$folder" ] || ln -s "usr/$folder" "$folder"
        done
        for file in passwd group nsswitch.conf ld.so.cache ld.so.conf ld.so.conf.d login.defs pam.d security ssl; do
          [ ! -e "/etc/$file" ] || cp -aL "/etc/$file" etc/
        done
        tr -d - </proc/sys/kernel/random/uuid >etc/machine-id
        cp /usr/lib/os-release etc/os-release
        ln -s /usr/lib/systemd/system/multi-user.target etc/systemd/system/default.target
        for unit in systemd-networkd systemd-networkd-wait-online systemd-resolved systemd-timesyncd systemd-udevd \
            systemd-logind systemd-firstboot console-getty e2scrub_reap; do
          ln -s /dev/null "etc/systemd/system/$unit.service"
        done
        ln -s /dev/null etc/systemd/system/getty.target
        """;

    private readonly TestFolder _folder = new();
    private readonly string _name = $"corenode-test-{Environment.ProcessId}-{Guid.NewGuid():n}"[..40];
    private readonly string _network;
    private RunningProgram? _nspawn;
    private int _first;

    private SystemdContainer(string? network) => _network =
        network is null ? "--private-network" : $"--network-namespace-path={network}";

    /// <summary>The root folder.</summary>
    public string Root => _folder.Path;

    /// <summary>Its first process, as this machine numbers it.</summary>
    public int First => _first;

    /// <summary>True from when it is started to when it has ended.</summary>
    public bool IsRunning => _nspawn is { HasExited: false };

    /// <summary>Where its message bus is reached from outside.</summary>
    public string BusAddress => $"unix:path={OfRunning("/run/dbus/system_bus_socket")}";

    /// <summary>
    /// Makes the root folder with the native binary and the units of packaging; nothing runs yet. The network is as
    /// with <see cref="PrepareBareAsync"/>.
    /// </summary>
    public static async Task<SystemdContainer> PrepareAsync(string? network = null)
    {
        string binary = TestPrograms.Corenode();
        SystemdContainer made = await PrepareBareAsync(network);
        try
        {
            File.Copy(binary, made.Root + Binary);
            File.Copy(Repository.File("packaging/corenode.sysusers"), made.Inside("etc/sysusers.d/corenode.conf"));
            foreach (string unit in new[]
            {
                "corenode.service", "corenode-store.service", "corenode-provision.service",
            })
            {
                string text = await File.ReadAllTextAsync(Repository.File($"packaging/{unit}"));
                await File.WriteAllTextAsync(
                    made.Inside($"etc/systemd/system/{unit}"),
                    text.Replace("/usr/bin/corenode", Binary, StringComparison.Ordinal));
            }

            return made;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Makes the root folder without anything of ours; nothing runs yet. Its network is the namespace that the path
    /// <paramref name="network"/> leads to, else its own, with nothing but loopback.
    /// </summary>
    public static async Task<SystemdContainer> PrepareBareAsync(string? network = null)
    {
        TestPrograms.SystemdNspawn();
        if (!Environment.IsPrivilegedProcess)
            Assert.Ignore("a container needs root");
        const string bash = "for h in /sys/fs/cgroup /sys/fs/cgroup/*/; do "
            + "[ ! -e $h/cgroup.procs ] || [ -w $h ] || exit 1; done";
        if ((await ProgramResult.OfAsync("/bin/bash", ["-c", bash])).ExitCode != 0)
            Assert.Ignore("cgroups cannot be made here, which systemd needs");
        SystemdContainer made = new(network);
        try
        {
            ProgramResult result = await ProgramResult.OfAsync(
                "/bin/bash", ["-euc", $"cd \"$1\"\n{Skeleton}", "skeleton", made.Root]);
            Assert.That(result.ExitCode, Is.Zero, result.Error);
            return made;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets logind run in it, which is masked otherwise. Before it boots.</summary>
    public void AllowLogind() => File.Delete(Inside("etc/systemd/system/systemd-logind.service"));

    /// <summary>A path of the container, seen from outside.</summary>
    public string Inside(string path) => Path.Combine(Root, path);

    /// <summary>
    /// An absolute path of the running container, seen from outside: also of what it has mounted itself, as /run, /tmp
    /// and /proc.
    /// </summary>
    public string OfRunning(string path) => $"/proc/{_first}/root{path}";

    /// <summary>Starts it and waits until units can be started.</summary>
    public async Task BootAsync()
    {
        _nspawn = RunningProgram.Start(
            "/bin/bash", ["-euc", Launch, "launch", _name, Root, TestPrograms.SystemdNspawn(), _network]);
        using CancellationTokenSource deadline = new(s_bootDeadline);
        while (!TryFindFirst(out _first))
            await WaitAsync(deadline.Token);
        // Not until all is up: what waits for hardware would be waited for, too.
        while ((await RunAsync("systemctl", "is-active", "basic.target")).Output.Trim() != "active")
            await WaitAsync(deadline.Token);
    }

    /// <summary>Asks its systemd for a reboot, and waits until it is up again as in <see cref="BootAsync"/>.</summary>
    public async Task RebootAsync()
    {
        ProgramResult asked = await RunAsync("systemctl", "reboot");
        int code = await EndAsync(s_bootDeadline);
        Assert.That(code, Is.EqualTo(RebootAsked), $"nspawn's exit code; {asked.Error}");
        await BootAsync();
    }

    /// <summary>Waits until it has gone down; gives the exit code of nspawn. It can be booted again.</summary>
    public async Task<int> EndAsync(TimeSpan patience)
    {
        RunningProgram ended = _nspawn ?? throw new InvalidOperationException("it does not run");
        int code = await ended.WaitForExitAsync(patience);
        ended.Dispose();
        _nspawn = null;
        _first = 0;
        return code;
    }

    /// <summary>Cuts its power: everything in it is gone at once. The disk stays, and it can be booted again.</summary>
    public async Task CutPowerAsync()
    {
        Signals.Send(_first, Signals.Kill);
        await EndAsync(s_bootDeadline);
    }

    /// <summary>Runs a command line inside, as its root.</summary>
    public Task<ProgramResult> RunAsync(string program, params string[] arguments) =>
        ProgramResult.OfAsync("nsenter", ["-t", $"{_first}", "-a", "--", program, .. arguments]);

    /// <summary>The lines that a unit logged.</summary>
    public async Task<string> JournalAsync(string unit) =>
        (await RunAsync("journalctl", "--no-pager", "-o", "cat", "-u", unit)).Output;

    public ValueTask DisposeAsync() => DisposeAsync(isAtOnce: false);

    /// <summary>Ends it, by a shutdown or by cutting its power, and removes it.</summary>
    public async ValueTask DisposeAsync(bool isAtOnce)
    {
        if (_nspawn is { HasExited: false } running)
        {
            Signals.Send(isAtOnce && _first > 1 ? _first : running.Pid, isAtOnce ? Signals.Kill : Signals.Terminate);
            try
            {
                await running.WaitForExitAsync(TimeSpan.FromSeconds(20));
            }
            catch (TimeoutException)
            {
                TestContext.Out.WriteLine($"container {_name} did not end by itself");
            }
        }

        _nspawn?.Dispose();
        foreach (string hierarchy in Directory.GetDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup"))
            RemoveGroup(Path.Combine(hierarchy, _name));
        _folder.Dispose();
    }

    private static void RemoveGroup(string group)
    {
        if (!Directory.Exists(group))
            return;
        foreach (string inner in Directory.GetDirectories(group))
            RemoveGroup(inner);
        // Files of a cgroup cannot be removed and need not be: the folder goes alone.
        try
        {
            Directory.Delete(group);
        }
        catch (IOException busy)
        {
            TestContext.Out.WriteLine($"{group} stays: {busy.Message}");
        }
    }

    private bool TryFindFirst(out int pid)
    {
        pid = 0;
        if (_nspawn is not { HasExited: false } running)
            throw new InvalidOperationException($"the container did not start: {_nspawn?.StandardError}");
        string children = $"/proc/{running.Pid}/task/{running.Pid}/children";
        return File.Exists(children)
            && int.TryParse(File.ReadAllText(children).Trim().Split(' ')[0], out pid)
            && File.Exists($"/proc/{pid}/root/run/dbus/system_bus_socket");
    }

    private static async Task WaitAsync(CancellationToken cancellation)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(50));
        await pause.WaitForNextTickAsync(cancellation);
    }
}
