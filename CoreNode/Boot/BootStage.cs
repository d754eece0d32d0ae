using CoreNode.Boot.Model;
using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Disks.Metadata;
using CoreNode.Images;
using CoreNode.Platform.Blocks;

namespace CoreNode.Boot;

/// <summary>
/// The first program of the machine: between the kernel and the system of a slot. It makes both copies of the disk's
/// table whole, picks a slot and spends its try, checks who signed it and lets the kernel check each of its blocks,
/// makes the root, and becomes the slot's system; or starts the slot's own kernel, which comes back here as the second
/// stage. What fails is told on the console and kept on STATE; then the next slot is tried, and in the end there is a
/// console for people. One thread; nothing here may end the process.
/// </summary>
public sealed class BootStage
{
    private const string SlotFolder = "/slot";
    private const string Root = "/sysroot";
    private const string ModulesFolder = "/lib/modules";

    private const double LongestWaitMs = 30_000;
    private const int LookMs = 10;

    // BLKRRPART: the kernel reads the table again.
    private const nuint ReadTable = 0x125F;

    private readonly BootConsole _console = new();
    private readonly HardwareWatchdog _watchdog = new();
    private readonly MachineDisks _machine = new("/");
    private readonly List<string> _notes = [];
    private readonly List<SlotFailure> _told = [];
    private readonly IReadOnlyList<string> _arguments;
    private readonly Func<string, string, SlotVerifier> _trust;
    private readonly TimeProvider _clock;

    private BootCommandLine _line = BootCommandLine.Parse("");
    private string _kernel = "";
    private string? _board;
    private StateVolume _state;
    private SlotDisk? _disk;
    private string _node = "";
    private bool _isLive;
    private SlotFailure? _ended;
    private SlotPicker? _picker;

    /// <summary>A stage that passes these words to the system's first program.</summary>
    /// <param name="arguments">Words of the kernel's command line that are for the first program.</param>
    /// <param name="trust">
    /// Who is trusted, by the folder of keys in the archive and the root of STATE, which may know newer ones.
    /// </param>
    /// <param name="clock">The machine's clock, for what is written down.</param>
    public BootStage(
        IReadOnlyList<string> arguments, Func<string, string, SlotVerifier> trust, TimeProvider clock)
    {
        _arguments = arguments;
        _trust = trust;
        _clock = clock;
        _state = new StateVolume(Root, _console);
    }

    /// <summary>Does all of it. Comes back never: the last resort is a restart.</summary>
    public void Run()
    {
        string summary = "no slot starts";
        try
        {
            Prepare();
            if (_line.IsRescue)
                summary = "the kernel's command line asks for it (corenode.rescue)";
            else if (_line.IsSecondStage)
                GoOn();
            else
                TryAll();
        }
        catch (Exception fault)
        {
            summary = Told(fault);
        }

        Rescue(summary);
    }

    private void Prepare()
    {
        _console.Did("start");
        BootSystem.Mount("dev", "/dev", "devtmpfs", BootCalls.NoSetUser, "mode=0755");
        BootSystem.Mount("proc", "/proc", "proc", BootCalls.NoSetUser | BootCalls.NoDevices | BootCalls.NoPrograms);
        BootSystem.Mount("sys", "/sys", "sysfs", BootCalls.NoSetUser | BootCalls.NoDevices | BootCalls.NoPrograms);
        BootSystem.Mount("run", "/run", "tmpfs", BootCalls.NoSetUser | BootCalls.NoDevices, "mode=0755");
        _console.OpenLog();
        _line = BootCommandLine.Parse(File.ReadAllText("/proc/cmdline"));
        _kernel = File.ReadAllText("/proc/version").Trim();
        _board = File.Exists(StageArchive.BoardFile) ? File.ReadAllText(StageArchive.BoardFile).Trim() : null;
        foreach (string word in _line.Unknown)
            Note($"{word} on the kernel's command line means nothing here");
        _watchdog.TryOpen();
        _console.Did("mounts");

        ModuleLoader loader = ModuleLoader.Open(FindModules(), _console);
        Thread beside = loader.LoadBeside(StageModules.Always);
        loader.LoadForDevices();
        CrashRecords.Begin(loader);
        _watchdog.TryOpen();
        if (!_watchdog.IsThere)
            loader.Load(StageModules.SoftWatchdog, CrashRecords.AreKept ? "soft_panic=1" : "");
        _watchdog.TryOpen();
        _console.Did("modules");
        FindDisk(loader);
        _console.Did("disk");
        beside.Join();
        _console.Did("file systems");
        OpenState();
        _console.Did("state");
    }

    // There is one folder: that of the kernel that the archive is for.
    private static string FindModules() =>
        Directory.Exists(ModulesFolder) && Directory.GetDirectories(ModulesFolder) is [var only, ..] ? only : "/";

    private void FindDisk(ModuleLoader loader)
    {
        BootDiskFinder finder = new(_line, _console);
        double end = BootConsole.NowMs + LongestWaitMs;
        string? live = _line.Disk is null ? LiveDisk.Attach(loader) : null;
        _isLive = live is not null;
        string? node;
        while ((node = live ?? finder.Find()) is null)
        {
            if (BootConsole.NowMs > end)
            {
                throw new IOException($"no disk with slots was found in {LongestWaitMs / 1000} s"
                    + (_line.Disk is null ? "" : $" (corenode.disk={_line.Disk})"));
            }

            _watchdog.Feed();
            BootSystem.Rest(LookMs);
            loader.LoadForDevices();
        }

        _node = node;
        RealBlockDevice device = RealBlockDevice.Open(node, BlockAccess.Write);
        _disk = new SlotDisk(device);
        IReadOnlyList<string> mended = _disk.Repair();
        foreach (string one in mended)
            Note($"mended: {one}");
        _watchdog.Feed();
        if (mended.Count > 0 || FindNode(_disk.Table.Partitions[0].Number) is null)
            ReadTableAgain();
        if (!_line.IsSecondStage)
            Fit();
    }

    // An image that was written to a disk becomes that disk's, and STATE goes on to its end. A machine starts without.
    private void Fit()
    {
        try
        {
            FirstBoot fit = _disk!.Fit(BootSystem.FreshId());
            foreach (string change in fit.Changes)
                Note(change);
            if (fit.State is { } state
                && StateGrowth.TellKernel(_machine, _node, _disk.State.Shape, state) is { } told)
            {
                Note(told);
            }
        }
        catch (IOException fault)
        {
            Note($"the disk was not fitted: {fault.Message}");
        }
    }

    // Without the primary copy the kernel saw no partitions.
    private void ReadTableAgain()
    {
        int file = BootSystem.Open(_node, writes: false);
        _ = BootSystem.Control(file, ReadTable, []);
        _ = BootCalls.Close(file);
    }

    private string? FindNode(int partition) => _machine.FindNode(_node, partition);

    private void OpenState()
    {
        // First of all: whatever STATE is like, somebody at the rescue console can start a slot.
        _picker = new SlotPicker(_disk!, _trust(StageArchive.KeysFolder, Root))
        {
            Board = _board,
            AllowsUnsigned = _line.AllowsUnsigned,
        };
        if (_line.AllowsUnsigned)
            Note("corenode.unsigned: whoever wrote a slot, it is started");
        IOException? fault = null;
        try
        {
            _state.Open(_disk!, FindNode);
        }
        catch (IOException unusable)
        {
            fault = unusable;
        }

        RunReset();
        GrowState();
        if (!_line.IsSecondStage)
            LookBack();
        _picker.Late = _line.IsSecondStage ? null : _state.ReadMark();
        if (_picker.Late is { } mark)
            Note($"the kernel of slot {mark.Slot} did not arrive the last time (kexec): others come first");
        if (fault is not null)
            throw fault;
    }

    private void GrowState()
    {
        if (!_state.IsMounted || _state.Node is not { } node)
            return;
        try
        {
            if (StateGrowth.GrowFileSystem(Root, node) is { } change)
                Note(change);
        }
        catch (IOException fault)
        {
            Note(fault.Message);
        }
    }

    // A system that stopped without a word of its own leaves one with the firmware or the watchdog, at best.
    private void LookBack()
    {
        try
        {
            KernelLastWords? words = CrashRecords.Read();
            if (words is not null && _state.Keep(words))
                CrashRecords.Remove();
            string? reason = words?.Reason is { } stop ? $"its kernel stopped: {stop}"
                : _watchdog.DidReset ? "its watchdog reset the machine"
                : null;
            if (reason is null)
                return;
            _ended = _state.EndOf(reason);
            Note($"the start before this one: {_ended?.ToString() ?? reason}");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Note($"how the start before this one ended is not known: {Told(fault)}");
        }
    }

    private void RunReset()
    {
        if (!_state.IsMounted || StateReset.Run(Root, _ => _watchdog.Feed()) is not { } faults)
            return;
        Note(faults.Count == 0 ? "what this machine kept was cleared, as ordered"
            : "what this machine kept was to be cleared, as ordered, but:");
        foreach (string fault in faults)
            Note(fault);
    }

    private void TryAll()
    {
        while (_picker!.Next() is { } pick)
            Try(pick);
    }

    // The kernel of a slot: no other slot fits it, so what fails here goes on in the boot stage proper.
    private void GoOn()
    {
        GptPartition? slot = null;
        foreach (GptPartition one in _picker!.Slots)
            slot = _line.Names(_picker.Slots, one) ? one : slot;
        if (slot is null)
            throw new IOException($"there is no slot corenode.slot={_line.Slot} on {_node}");
        if (_picker.TryTake(slot, "chosen by the boot stage before this kernel", isSpent: true) is { } pick)
            Try(pick);
        Tell(null, null);
        _console.Warn("restarting through the firmware");
        Leave(BootCalls.Restart);
    }

    private void Try(SlotPick pick)
    {
        try
        {
            _watchdog.Feed();
            TellFailures();
            Start(pick);
        }
        catch (Exception fault)
        {
            _picker!.Fail(pick.Slot, pick.Metadata?.Version, Told(fault));
            TellFailures();
        }
    }

    private void Start(SlotPick pick)
    {
        _console.Say($"slot {pick.Slot.Label} {pick.Metadata?.Version}: {pick.Reason}");
        if (pick.Metadata is null)
            Note($"{pick.Slot.Label} says nothing of itself: its blocks are NOT checked");
        string node = FindNode(pick.Slot.Number)
            ?? throw new IOException($"the kernel knows no partition {pick.Slot.Number} of {_node}");
        _console.Did("slot");
        using SlotMount mount = SlotMount.Open(node, pick.Metadata, SlotFolder);
        _console.Did("verity");
        string? version = mount.KernelVersion();
        BootWay way = _line.IsSecondStage || version is null || KernelImage.IsRunning(version, _kernel)
            ? BootWay.SwitchRoot
            : BootWay.Kexec;
        way = _line.IsSecondStage ? way : _line.Way ?? way;
        if (way == BootWay.Kexec && _isLive)
            throw new IOException("the kernel that runs is another than its own: start both of one build");
        if (way == BootWay.Kexec)
            StartKernel(pick, mount, version);
        else
            StartSystem(pick, mount);
    }

    private void StartSystem(SlotPick pick, SlotMount mount)
    {
        _state.Ensure(SlotFolder, _watchdog.Feed);
        _watchdog.Feed();
        RootBuilder.Build(Root, mount, _console);
        _state.RemoveMark();
        _console.Did("root");
        Tell(pick, "switch-root");
        _console.Say($"slot {pick.Slot.Label} starts {Math.Round(BootConsole.NowMs)} ms after the kernel");
        try
        {
            RootBuilder.Become(Root, _arguments);
        }
        catch (Exception fault)
        {
            // The archive is gone and the mounts have moved: a restart is the only way on.
            _console.Warn($"{pick.Slot.Label}: {Told(fault)}; restarting");
            Leave(BootCalls.Restart);
        }
    }

    private void StartKernel(SlotPick pick, SlotMount mount, string? version)
    {
        _console.Say($"its kernel is {(version is null ? "none" : KernelImage.Release(version))}, another one: kexec");
        // The mark goes there, and what failed so far.
        _state.Ensure(SlotFolder, _watchdog.Feed);
        KernelStart.Load(
            SlotFolder, _board ?? pick.Metadata?.Board ?? StageModules.Cloud, _line.ForSecondStage(pick.Slot));
        _console.Did("kernel");
        _watchdog.Feed();
        _state.WriteMark(KexecMark.Next(_picker!.Late, pick.Slot.Id));
        Tell(pick, StateVolume.Kexec);
        mount.Dispose();
        _state.Close();
        IOException fault = KernelStart.Go();
        _state = new StateVolume(Root, _console);
        _state.Open(_disk!, FindNode);
        _state.RemoveMark();
        throw fault;
    }

    private void TellFailures()
    {
        for (int at = _told.Count; at < _picker!.Failures.Count; at++)
        {
            _told.Add(_picker.Failures[at]);
            _console.Warn($"not started: {_picker.Failures[at]}");
        }
    }

    private void Tell(SlotPick? pick, string? way)
    {
        try
        {
            _state.Write(new BootAccount
            {
                Time = _clock.GetUtcNow(),
                Kernel = _kernel,
                Slot = pick is null ? null : $"{pick.Slot.Label} ({pick.Slot.Number})",
                SlotId = pick?.Slot.Id,
                Version = pick?.Metadata?.Version,
                Reason = pick?.Reason,
                Way = way,
                Notes = _notes,
                Ended = _ended,
                Failures = _picker?.Failures ?? [],
                Steps = _console.Steps,
            });
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A system that starts is worth more than an account of it.
            _console.Warn($"what was done could not be written down: {fault.Message}");
        }
    }

    private void Rescue(string summary)
    {
        TellLast();
        while (true)
        {
            RescueWish wish = new(RescueWishKind.Reboot, null);
            try
            {
                wish = new RescueConsole(_console, _watchdog).Talk(summary, _picker?.Failures ?? []);
            }
            catch (Exception fault)
            {
                _console.Warn(Told(fault));
            }

            if (wish.Kind is RescueWishKind.Reboot or RescueWishKind.PowerOff)
                Leave(wish.Kind == RescueWishKind.Reboot ? BootCalls.Restart : BootCalls.PowerOff);
            TryByHand(wish);
        }
    }

    private void TellLast()
    {
        try
        {
            Tell(null, null);
            _state.RemoveMark();
        }
        catch (Exception fault)
        {
            _console.Warn(Told(fault));
        }
    }

    private void TryByHand(RescueWish wish)
    {
        try
        {
            if (_picker is null)
                throw new IOException("no disk with slots was found");
            _state.MayForget = true;
            BootCommandLine named = _line with { Slot = wish.Slot };
            foreach (GptPartition one in _picker.Slots)
            {
                if (!named.Names(_picker.Slots, one))
                    continue;
                _picker.AllowsUnsigned = wish.Kind == RescueWishKind.TryUnsigned;
                if (_picker.TryTake(one, "chosen at the rescue console", isSpent: true) is { } pick)
                    Try(pick);
            }

            TellFailures();
        }
        catch (Exception fault)
        {
            _console.Warn(Told(fault));
        }
    }

    private void Leave(int command)
    {
        _state.Close();
        _ = BootCalls.Reboot(command);
        // The kernel refused, which it does for nobody but a process that is not the first.
        while (true)
            BootSystem.Rest(1000);
    }

    private void Note(string text)
    {
        _notes.Add(text);
        _console.Warn(text);
    }

    private static string Told(Exception fault) =>
        fault is IOException ? fault.Message : $"{fault.GetType().Name}: {fault.Message}";
}
