using CoreNode.Runner;
using CoreNode.Runner.Guard;
using CoreNode.Systemd;
using CoreNode.Units.Manager;
using Microsoft.Extensions.Logging;

namespace CoreNode.Hosting.Wiring;

/// <summary>Makes what runs units on this machine (--unit-manager).</summary>
internal static class UnitManagers
{
    /// <summary>systemd where it is wanted or found, else the embedded runner.</summary>
    /// <exception cref="UnitManagerException">systemd is wanted, and cannot be used.</exception>
    public static async Task<UnitRunning> MakeAsync(
        NodeOptions options, MachineIdentity identity, NodeProcess process, CancellationToken cancellation)
    {
        SystemdOptions systemd = new();
        if (options.Units.Manager == "embedded")
            return Embedded(options, identity, process, "asked for");
        SystemdFinding finding = await SystemdProbe.ExamineAsync(systemd, cancellation);
        if (finding.IsUsable)
        {
            process.Logger.UnitManagerChosen("systemd", finding.Reason);
            return new UnitRunning(
                new SystemdUnitManager(
                    systemd, process.Logs.CreateLogger<SystemdUnitManager>(), TimeProvider.System),
                new SystemdJournal(systemd),
                new SystemdGuard(systemd));
        }

        return options.Units.Manager == "systemd"
            ? throw new UnitManagerException($"--unit-manager systemd: {finding.Reason}")
            : Embedded(options, identity, process, finding.Reason);
    }

    private static UnitRunning Embedded(
        NodeOptions options, MachineIdentity identity, NodeProcess process, string reason)
    {
        process.Logger.UnitManagerChosen("the embedded runner", reason);
        string folder = Path.Combine(options.DataFolder, "units");
        EmbeddedRunner runner = new(
            new RunnerOptions
            {
                DataFolder = Path.Combine(folder, "runner"),
                MachineId = identity.Id,
                AdoptsOrphans = true,
            },
            TimeProvider.System,
            process.Logs.CreateLogger<EmbeddedRunner>());
        UnitGuard guard = new(
            new GuardOptions { Folder = Path.Combine(folder, "guard"), Program = OwnProgram.Words() },
            runner, TimeProvider.System, process.Logs);
        runner.StartLimit = guard;
        return new UnitRunning(runner, runner.Journal, guard);
    }
}
