using System.Runtime.CompilerServices;
using CoreNode.Platform;
using CoreNode.Platform.Processes;
using CoreNode.Runner.Keeping;
using CoreNode.Runner.Launch;
using CoreNode.Runner.Machine;
using CoreNode.Runner.Settings;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Runner.Live;

/// <summary>
/// Starts launchers: this executable once more, with what it becomes in a file without a name. Owned by the runner's
/// thread, which lives as long as the process: what is bound to the thread that started a process never ends early.
/// </summary>
internal sealed class ProcessStarter(ControlGroups groups, UnitStore store, RunnerOptions options)
{
    /// <summary>Starts one; it executes when it is given the go-ahead.</summary>
    /// <exception cref="IOException">It cannot be started.</exception>
    public StartedProcess Start(LiveUnit unit, UnitAction.Spawn spawn)
    {
        string mark = groups.MarkOf(unit.Name);
        TimeSpan? notAfter = options.StartLimit?.NotAfter(unit.Name);
        if (notAfter is { } moment && BootClock.Now(BootClock.Instance) >= moment)
            throw new IOException("the moment is over until which it was allowed to start (its machine's lease)");
        LaunchSpec spec = Spec(unit, spawn, mark) with { NotAfter = notAfter };
        File.Delete(spec.WentFile);
        using SafeFileHandle specification = Descriptors.Holding(spec.Write());
        using SafeFileHandle nothing = Descriptors.OpenForReading("/dev/null");
        using SafeFileHandle journal = Descriptors.OpenForAppending(store.OutputOf(unit.Name));
        (SafeFileHandle goReading, SafeFileHandle go) = Descriptors.Pipe();
        (SafeFileHandle status, SafeFileHandle statusWriting) = Descriptors.Pipe();
        try
        {
            int pid = Spawner.Start(new SpawnRequest(
                Path(options.Launcher), [Path(options.Launcher), UnitLauncher.Command], LauncherEnvironment(mark),
                [nothing, journal, journal, specification, goReading, statusWriting, journal]));
            ProcessHandle handle = ProcessHandle.Open(pid)
                ?? throw new IOException($"process {pid} was gone before it could be held");
            return new StartedProcess(handle, ProcessTable.Find(pid)?.StartTicks ?? 0, go, status);
        }
        catch (IOException)
        {
            go.Dispose();
            status.Dispose();
            throw;
        }
        finally
        {
            goReading.Dispose();
            statusWriting.Dispose();
        }
    }

    private LaunchSpec Spec(LiveUnit unit, UnitAction.Spawn spawn, string mark)
    {
        UnitSettings settings = unit.Machine.Settings;
        ExecSettings exec = settings.Exec;
        (IReadOnlyList<string> first, IReadOnlyList<string> last) = groups.Entrances(unit.Name);
        bool isOwnUser = spawn.Command.IsPrivileged;
        return new LaunchSpec
        {
            Command = spawn.Command,
            Environment = ProcessEnvironment.Of(unit, spawn, mark),
            UnsetEnvironment = exec.UnsetEnvironment,
            WorkingDirectory = exec.WorkingDirectory,
            IsWorkingDirectoryOptional = exec.IsWorkingDirectoryOptional,
            User = isOwnUser ? "" : exec.User,
            Group = isOwnUser ? "" : exec.Group,
            SupplementaryGroups = isOwnUser ? [] : exec.SupplementaryGroups,
            FileMask = exec.FileMask,
            Nice = exec.Nice,
            OutOfMemoryScore = exec.OutOfMemoryScore,
            IgnoresPipeSignal = exec.IgnoresPipeSignal,
            Limits = exec.Limits,
            Output = exec.Output,
            Error = exec.Error,
            InputFile = exec.InputFile,
            Folders = exec.Folders,
            JoinFirst = first,
            JoinLast = last,
            WentFile = store.WentFileOf(unit.Name, spawn.IsMain),
            HasWatchdog = spawn.IsMain && settings.Watchdog != Timeout.InfiniteTimeSpan,
        };
    }

    // The mark is there from the beginning, so that the launcher is found, too.
    private static List<string> LauncherEnvironment(string mark)
    {
        List<string> environment = [mark, "DOTNET_TieredPGO=0", "DOTNET_gcServer=0", "DOTNET_EnableDiagnostics=0"];
        foreach (string name in (string[])["PATH", "HOME", "DOTNET_ROOT", "LANG"])
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
                environment.Add($"{name}={value}");
        }

        return environment;
    }

    // Natively this very executable, also if its file was replaced meanwhile; under dotnet the program beside the
    // assembly, which starts the same code.
    private static string Path(string configured)
    {
        if (configured.Length > 0)
            return configured;
        return RuntimeFeature.IsDynamicCodeCompiled
            ? System.IO.Path.Combine(AppContext.BaseDirectory, "corenode")
            : "/proc/self/exe";
    }
}
