using CoreNode.Platform.Processes;
using CoreNode.Runner;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.Units.Manager;
using CoreNode.Units.Manager;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.Runner;

/// <summary>This machine, with embedded runners over one data folder.</summary>
internal sealed class RunnerMachine(bool usesControlGroups, string launcher = "") : ManagedMachine
{
    private readonly TestFolder _folder = new();
    private EmbeddedRunner? _last;

    public override string Scratch => _folder.File("scratch");

    public override IJournal Journal => _last!.Journal;

    /// <summary>Where the runner keeps what it must remember.</summary>
    public string Data => _folder.File("data");

    public override Task BootAsync()
    {
        Directory.CreateDirectory(Scratch);
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0x1ED);
        File.SetUnixFileMode(Scratch, (UnixFileMode)0x1FF);
        // Daemons of forking units are this process's children then, as in a node.
        ChildProcesses.AdoptOrphans(true);
        return Task.CompletedTask;
    }

    public override IUnitManager CreateManager() => CreateRunner();

    /// <summary>The same as what it is.</summary>
    public EmbeddedRunner CreateRunner()
    {
        _last = new EmbeddedRunner(
            new RunnerOptions
            {
                DataFolder = Data,
                UsesControlGroups = usesControlGroups,
                Launcher = launcher,
                MachineId = "0123456789abcdef0123456789abcdef",
            },
            TimeProvider.System,
            NullLogger.Instance);
        return _last;
    }

    public override string Outside(string path) => path;

    public override ValueTask DisposeAsync()
    {
        ChildProcesses.AdoptOrphans(false);
        _last?.RemoveGroups();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
