using CoreNode.Systemd;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Units.Manager;
using CoreNode.Units.Manager;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Systemd;

/// <summary>
/// A machine with a systemd of its own, which this process drives from outside: over its message bus, or over PID 1's
/// private socket by way of a relay inside, because PID 1 takes nobody there from another process namespace.
/// </summary>
internal sealed class SystemdMachine(bool isPrivate = false) : ManagedMachine
{
    private const string Relay = "/run/test-private.sock";

    private SystemdContainer? _container;

    /// <summary>The container, once it runs.</summary>
    public SystemdContainer Container => _container ?? throw new InvalidOperationException("not started");

    /// <summary>What a manager of this machine is made with.</summary>
    public SystemdOptions Options => new()
    {
        Root = Container.OfRunning(""),
        Addresses = [isPrivate ? PrivateAddress : new BusAddress(Container.BusAddress, IsBus: true)],
        OwnPid = OwnPid,
        JournalFolder = Container.OfRunning("/var/log/journal"),
    };

    public override string Scratch => "/tmp/scratch";

    public override IJournal Journal => new SystemdJournal(Options);

    private BusAddress PrivateAddress => new($"unix:path={Container.OfRunning(Relay)}", IsBus: false);

    public override async Task BootAsync()
    {
        _container = await SystemdContainer.PrepareBareAsync();
        await _container.BootAsync();
        string scratch = Outside(Scratch);
        Directory.CreateDirectory(scratch);
        File.SetUnixFileMode(scratch, (UnixFileMode)0x1FF);
        if (!isPrivate)
            return;
        ProgramResult relay = await _container.RunAsync(
            "systemd-run", "--unit=test-relay", $"--socket-property=ListenStream={Relay}",
            "/lib/systemd/systemd-socket-proxyd", "/run/systemd/private");
        Assert.That(relay.ExitCode, Is.Zero, relay.Error);
    }

    public override SystemdUnitManager CreateManager() =>
        new(Options, NullLogger<SystemdUnitManager>.Instance, TimeProvider.System);

    public override string Outside(string path) => Container.OfRunning(path);

    // The kernel tells of each process all numbers that it has, the one of its own namespace last.
    private int OwnPid(int pid)
    {
        string? space = new FileInfo($"/proc/{Container.First}/ns/pid").LinkTarget;
        string wanted = $"\t{pid}";
        foreach (string folder in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out int own))
                continue;
            try
            {
                string numbers = File.ReadLines($"{folder}/status")
                    .First(l => l.StartsWith("NSpid:", StringComparison.Ordinal));
                if (numbers.EndsWith(wanted, StringComparison.Ordinal) && numbers.Split('\t').Length == 3
                    && new FileInfo($"{folder}/ns/pid").LinkTarget == space)
                {
                    return own;
                }
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }

        return 0;
    }

    public override async ValueTask DisposeAsync()
    {
        if (_container is not null)
            await _container.DisposeAsync();
    }
}
