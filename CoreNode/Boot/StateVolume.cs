using System.Text;
using CoreNode.Boot.Model;
using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Platform;

namespace CoreNode.Boot;

/// <summary>
/// The partition that holds everything but /usr, mounted as the root to be; made if it is empty. What holds anything
/// else, or cannot be mounted, is never written. One thread.
/// </summary>
internal sealed class StateVolume(string root, BootConsole console)
{
    /// <summary>The way of an account whose boot goes on in another kernel.</summary>
    public const string Kexec = "kexec";

    /// <summary>Label of the partition and of its file system.</summary>
    public const string Label = "STATE";

    private const string Folder = "var/lib/corenode/boot";
    private const string Last = "last";
    private const string BeforeKexec = "before-kexec";
    private const string History = "history";
    private const string KernelMark = "kexec";
    private const string Panic = "panic";
    private const double LongestMakingMs = 600_000;
    private const UnixFileMode Mode = (UnixFileMode)0x1A4;
    private const UnixFileMode Secret = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private SlotDisk? _disk;
    private int _number;
    private string? _refused;

    /// <summary>The partition; null: the disk has none, or it was not looked for.</summary>
    public string? Node { get; private set; }

    /// <summary>True if it is mounted.</summary>
    public bool IsMounted { get; private set; }

    /// <summary>
    /// True if a machine whose partition cannot be used may start all the same, and forgets: only where somebody is
    /// there who was told so.
    /// </summary>
    public bool MayForget { get; set; }

    /// <summary>
    /// Finds the partition and mounts it if it has its file system. What it holds of another kind is left alone, and
    /// is an error.
    /// </summary>
    public void Open(SlotDisk disk, Func<int, string?> node)
    {
        GptPartition? found = null;
        foreach (GptPartition one in disk.Table.Partitions)
            found = one.Label == Label ? one : found;
        if (found is null)
            return;
        try
        {
            (_disk, _number) = (disk, found.Number);
            Node = node(_number) ?? throw new IOException($"the kernel knows no partition {_number} ({Label})");
            Open(disk, found);
        }
        catch (IOException fault)
        {
            _refused = fault.Message;
            throw;
        }
    }

    private void Open(SlotDisk disk, GptPartition found)
    {
        if (found.Attributes.IsBeingMade)
        {
            console.Warn($"{Label} ({Node}) was not made to its end: its file system is made again");
            return;
        }

        switch (Look(disk, found))
        {
            case StateContent.Ext4:
                Mount();
                break;
            case StateContent.Empty:
                console.Warn($"{Label} ({Node}) is empty: a file system is made");
                break;
            case StateContent.Foreign:
                throw new IOException($"{Label} ({Node}) holds something that is no ext4 file system, and is left as "
                    + "it is: to give it up, clear its first MiB (dd if=/dev/zero bs=1M count=1)");
            default:
                throw new InvalidOperationException("an unknown content");
        }
    }

    private static StateContent Look(SlotDisk disk, GptPartition partition)
    {
        const int MagicBytes = 4096;
        byte[] head = new byte[StateContents.HeadBytes];
        using DeviceWindow window = disk.Open(partition);
        window.Read(0, head.AsSpan(0, MagicBytes));
        StateContent content = StateContents.Judge(head);
        if (content != StateContent.Empty)
            return content;
        window.Read(0, head.AsSpan(0, (int)Math.Min(head.Length, window.LengthBytes)));
        return StateContents.Judge(head);
    }

    /// <summary>
    /// Makes what is missing: the file system by the slot's own program; without a partition the machine forgets.
    /// </summary>
    /// <param name="usr">The slot's /usr.</param>
    /// <param name="alive">Called while the program works, to feed the watchdog.</param>
    /// <exception cref="IOException">It cannot be made, or was refused without <see cref="MayForget"/>.</exception>
    public void Ensure(string usr, Action alive)
    {
        if (IsMounted)
            return;
        if (_refused is not null && !MayForget)
            throw new IOException(_refused);
        if (_disk is null || _refused is not null)
        {
            console.Warn((_refused is null ? $"the disk has no partition {Label}" : $"{Label} is left as it is")
                + ": what this machine keeps is gone when it restarts");
            BootSystem.Mount("tmpfs", root, "tmpfs", 0, "mode=0755");
            IsMounted = true;
            return;
        }

        // Half of a file system may be taken for one, or for somebody's data: the table says that it is neither.
        Mark(_disk, isBeingMade: true);
        Make(usr, alive);
        LibC.SyncAll();
        Mark(_disk, isBeingMade: false);
        Mount();
    }

    private void Mark(SlotDisk disk, bool isBeingMade) => disk.Change(
        table => table.With(_number, table.Find(_number)!.Attributes.WithBeingMade(isBeingMade)));

    private void Make(string usr, Action alive)
    {
        double end = BootConsole.NowMs + LongestMakingMs;
        // By the loader that its libraries belong to: nothing of the slot lies where it expects it yet.
        string libraries = $"{usr}/lib/x86_64-linux-gnu";
        // Without discarding, which some disks take minutes for. A program that hangs is no reason to go on living.
        int code = BootSystem.Run(
            $"{libraries}/ld-linux-x86-64.so.2",
            () =>
            {
                if (BootConsole.NowMs < end)
                    alive();
            },
            "--library-path", libraries, $"{usr}/sbin/mke2fs", "-q", "-F", "-t", "ext4", "-L", Label, "-U",
            BootSystem.FreshId().ToString(), "-E", $"nodiscard,hash_seed={BootSystem.FreshId()}", Node!);
        if (code != 0)
            throw new IOException($"{Label} ({Node}) could not be made: mke2fs of the slot ended with {code}");
    }

    /// <summary>Takes it away again, with all that was written to it.</summary>
    public void Close()
    {
        LibC.SyncAll();
        BootSystem.Unmount(root, isLazy: true);
        IsMounted = false;
    }

    /// <summary>The mark of a kernel that did not arrive; null if there is none, or none that can be read.</summary>
    public KexecMark? ReadMark()
    {
        try
        {
            return Read(KernelMark) is { } text ? KexecMark.Parse(text) : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            console.Warn($"whether a kernel did not arrive the last time is not known: {fault.Message}");
            return null;
        }
    }

    /// <summary>Puts a mark there.</summary>
    /// <exception cref="IOException">It cannot be written: then that kernel might be tried for ever.</exception>
    public void WriteMark(KexecMark mark)
    {
        if (IsMounted)
            Write(KernelMark, mark.Format());
    }

    /// <summary>
    /// Takes it away. Where that fails others only come first the next time, so it is told, and no more.
    /// </summary>
    public void RemoveMark()
    {
        try
        {
            if (IsMounted)
                File.Delete($"{root}/{Folder}/{KernelMark}");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            console.Warn($"the mark of a kernel that did not arrive stays: {fault.Message}");
        }
    }

    /// <summary>Writes what this boot did; failures go to the history too, which stays.</summary>
    public void Write(BootAccount account)
    {
        if (!IsMounted)
            return;
        if (account.Failures.Count > 0 || account.Slot is not null)
            Write(History, account.AddTo(Read(History) ?? ""));
        Write(account.Way == Kexec ? BeforeKexec : Last, account.Format());
    }

    /// <summary>How the start before ended, for the history; null if that does not end with a start.</summary>
    public SlotFailure? EndOf(string reason) => BootAccount.EndOf(Read(History) ?? "", reason);

    /// <summary>
    /// Keeps what a kernel said before it stopped, instead of what one before it did; false if it cannot. Addresses of
    /// the kernel may be in it: root alone reads it.
    /// </summary>
    public bool Keep(KernelLastWords words)
    {
        if (IsMounted)
            Write(Panic, words.Text, Secret);
        return IsMounted;
    }

    private void Mount()
    {
        BootSystem.Mount(Node!, root, "ext4", BootCalls.NoAccessTimes);
        IsMounted = true;
    }

    private string? Read(string name)
    {
        if (!IsMounted)
            return null;
        return SmallFiles.TryRead($"{root}/{Folder}/{name}") is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
    }

    private void Write(string name, string text, UnixFileMode mode = Mode)
    {
        RootBuilder.MakeFolders(root);
        SmallFiles.Write($"{root}/{Folder}/{name}", Encoding.UTF8.GetBytes(text), mode, replaces: true);
    }
}
