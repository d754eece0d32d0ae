namespace CoreNode.Tests.EndToEnd.Vm;

/// <summary>
/// A virtual machine of QEMU without hardware help (TCG), so that it runs wherever QEMU does. Start it with a
/// <see cref="VmShape"/>; everything that it writes to its serial console is in <see cref="Console"/> and in the file
/// <see cref="ConsoleFile"/>. Wait for a text with <see cref="WaitForAsync"/>, press keys with
/// <see cref="TypeAsync"/>, wait for its end with <see cref="WaitForExitAsync"/>; disposing it is a power cut. The
/// disks' files are there afterwards: look into them as files.
/// <code>
/// await using VirtualMachine machine = VirtualMachine.Start(folder, new VmShape { Disks = [image] });
/// await machine.WaitForAsync("login:", TimeSpan.FromMinutes(2));
/// </code>
/// Where QEMU is not installed the test is skipped with what to install.
/// </summary>
internal sealed class VirtualMachine : IAsyncDisposable
{
    private static readonly TimeSpan _step = TimeSpan.FromMilliseconds(50);

    private readonly RunningProgram _qemu;
    private readonly string _socket;
    private SerialLine? _keyboard;

    private VirtualMachine(RunningProgram qemu, string consoleFile, string socket)
    {
        _qemu = qemu;
        ConsoleFile = consoleFile;
        _socket = socket;
    }

    /// <summary>The file that all it writes to its serial console goes to.</summary>
    public string ConsoleFile { get; }

    /// <summary>All it wrote so far, with plain line ends.</summary>
    public string Console => File.Exists(ConsoleFile) ? Read(ConsoleFile) : "";

    /// <summary>True once it was switched off or, with <see cref="VmShape.IsRestarting"/> false, restarted.</summary>
    public bool HasEnded => _qemu.HasExited;

    /// <summary>Starts one; its console's file and socket are in the folder, by the shape's name.</summary>
    public static VirtualMachine Start(TestFolder folder, VmShape shape)
    {
        string console = folder.File($"{shape.Name}.console");
        string socket = folder.File($"{shape.Name}.keys");
        File.Delete(console);
        File.Delete(socket);
        List<string> arguments =
        [
            "-accel", $"tcg,thread={(shape.IsCounted ? "single" : "multi")},tb-size=512",
            "-cpu", shape.Processor, "-smp", $"{shape.Processors}",
            "-m", $"{shape.MemoryMb}", "-machine", shape.Machine, "-display", "none", "-monitor", "none",
            "-chardev", $"socket,id=console,path={socket},server=on,wait=off,logfile={console}",
            "-serial", "chardev:console",
        ];
        if (shape.IsCounted)
            arguments.AddRange(["-icount", "shift=0,sleep=on"]);
        if (!shape.IsRestarting)
            arguments.Add("-no-reboot");
        if (shape.Kernel is { } kernel)
            arguments.AddRange(["-kernel", kernel, "-append", shape.CommandLine]);
        if (shape.Archive is { } archive)
            arguments.AddRange(["-initrd", archive]);
        foreach (string disk in shape.Disks)
            arguments.AddRange(["-drive", $"file={disk},if=virtio,format=raw,cache={shape.Cache}"]);
        arguments.AddRange(shape.More.Count == 0 ? ["-nic", "none"] : shape.More);
        return new VirtualMachine(RunningProgram.Start(TestPrograms.Qemu(), arguments), console, socket);
    }

    /// <summary>Waits until the console has that text; fails with the console's end if it never comes.</summary>
    public async Task WaitForAsync(string text, TimeSpan limit)
    {
        for (TimeSpan waited = TimeSpan.Zero; !Console.Contains(text, StringComparison.Ordinal); waited += _step)
        {
            if (waited > limit || HasEnded)
            {
                // What was written last may only just have arrived.
                if (Console.Contains(text, StringComparison.Ordinal))
                    return;
                Assert.Fail($"the machine {(HasEnded ? "ended" : $"ran for {waited}")} without \"{text}\":\n{Tail()}");
            }

            await Task.Delay(_step);
        }
    }

    /// <summary>Presses keys, as on the serial console.</summary>
    public async Task TypeAsync(string keys)
    {
        _keyboard ??= await SerialLine.ConnectAsync(_socket);
        await _keyboard.SendAsync(keys);
    }

    /// <summary>Waits until it is switched off; fails with the console's end if it never is.</summary>
    public async Task WaitForExitAsync(TimeSpan limit)
    {
        try
        {
            int code = await _qemu.WaitForExitAsync(limit);
            Assert.That(code, Is.Zero, _qemu.StandardError);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"the machine still ran after {limit}:\n{Tail()}");
        }
    }

    /// <summary>Cuts the power.</summary>
    public void CutPower() => _qemu.Dispose();

    public ValueTask DisposeAsync()
    {
        _keyboard?.Dispose();
        CutPower();
        return ValueTask.CompletedTask;
    }

    /// <summary>The last lines of the console.</summary>
    public string Tail()
    {
        string[] lines = Console.Split('\n');
        return string.Join('\n', lines[Math.Max(0, lines.Length - 60)..]) + _qemu.StandardError;
    }

    private static string Read(string file)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using StreamReader reader = new(stream);
        return reader.ReadToEnd().Replace("\r", "", StringComparison.Ordinal);
    }
}
