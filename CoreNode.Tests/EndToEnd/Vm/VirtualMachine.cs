namespace CoreNode.Tests.EndToEnd.Vm;

/// <summary>
/// A virtual machine of QEMU without hardware help (TCG), so that it runs wherever QEMU does. Start it with a
/// <see cref="VmShape"/>; everything that it writes to its serial console is in <see cref="Console"/>. Wait for a text
/// with <see cref="WaitForAsync"/>, press keys with <see cref="TypeAsync"/>, wait for its end with
/// <see cref="WaitForExitAsync"/>; disposing it is a power cut. The disks' files are there afterwards: look into them
/// as files.
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
    private readonly SerialLine _console;

    private VirtualMachine(RunningProgram qemu, SerialLine console)
    {
        _qemu = qemu;
        _console = console;
    }

    /// <summary>All it wrote to its serial console so far, with plain line ends.</summary>
    public string Console => _console.Text;

    /// <summary>True once it was switched off or, with <see cref="VmShape.IsRestarting"/> false, restarted.</summary>
    public bool HasEnded => _qemu.HasExited;

    /// <summary>Starts one; its console's socket is in the folder, by the shape's name.</summary>
    public static VirtualMachine Start(TestFolder folder, VmShape shape)
    {
        string socket = folder.File($"{shape.Name}.tty");
        File.Delete(socket);
        List<string> arguments =
        [
            "-accel", $"tcg,thread={(shape.IsCounted ? "single" : "multi")},tb-size=512",
            "-cpu", shape.Processor, "-smp", $"{shape.Processors}",
            "-m", $"{shape.MemoryMb}", "-machine", shape.Machine, "-display", "none", "-monitor", "none",
            .. SerialLine.Arguments("console", socket),
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
        return new VirtualMachine(RunningProgram.Start(TestPrograms.Qemu(), arguments), new SerialLine(socket));
    }

    /// <summary>Waits until the console has that text; fails with the console's end if it never comes.</summary>
    public async Task WaitForAsync(string text, TimeSpan limit)
    {
        for (TimeSpan waited = TimeSpan.Zero; !Console.Contains(text, StringComparison.Ordinal); waited += _step)
        {
            if (waited > limit || HasEnded)
            {
                // What was written last may only just have arrived.
                if (HasEnded)
                    await _console.Ended;
                if (Console.Contains(text, StringComparison.Ordinal))
                    return;
                Assert.Fail($"the machine {(HasEnded ? "ended" : $"ran for {waited}")} without \"{text}\":\n{Tail()}");
            }

            await Task.Delay(_step);
        }
    }

    /// <summary>Presses keys, as on the serial console.</summary>
    public Task TypeAsync(string keys) => _console.SendAsync(keys);

    /// <summary>Waits until it is switched off; fails with the console's end if it never is.</summary>
    public async Task WaitForExitAsync(TimeSpan limit)
    {
        try
        {
            int code = await _qemu.WaitForExitAsync(limit);
            await _console.Ended;
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
        CutPower();
        return _console.DisposeAsync();
    }

    /// <summary>The last lines of the console.</summary>
    public string Tail()
    {
        string[] lines = Console.Split('\n');
        return string.Join('\n', lines[Math.Max(0, lines.Length - 60)..]) + _qemu.StandardError;
    }
}
