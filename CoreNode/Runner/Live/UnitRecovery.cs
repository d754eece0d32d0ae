using CoreNode.Platform.Processes;
using CoreNode.Runner.Keeping;
using CoreNode.Runner.Machine;

namespace CoreNode.Runner.Live;

/// <summary>Takes a unit over from an earlier process of this program. On the runner's thread.</summary>
internal sealed class UnitRecovery(UnitDriver driver, UnitOutput output, UnitStore store)
{
    /// <summary>
    /// Finds its processes again. One that ended meanwhile is told to the machine; one that never got its go-ahead is
    /// started again.
    /// </summary>
    public void Resume(LiveUnit unit, StoredState stored, TimeSpan now)
    {
        MachineState state = unit.Machine.State;
        unit.InvocationId = stored.InvocationId;
        unit.HasRun = !PhaseWords.IsDown(state.Phase) || state.MainEnd is not null;
        if (stored.SinceUs != 0)
            unit.Since = DateTimeOffset.UnixEpoch.AddMicroseconds(stored.SinceUs);
        if (PhaseWords.IsDown(state.Phase) || unit.Machine.Settings.IsTarget)
            return;
        output.Open(unit);
        driver.OpenNotify(unit);
        int mainPid = state.MainPid;
        int controlPid = state.ControlPid;
        if (mainPid != 0 && !HasRun(unit, isMain: true))
        {
            // As if it had not been started yet.
            UnitDriver.EndLauncher(mainPid, stored.MainStartTicks);
            mainPid = 0;
            state.MainPid = 0;
            state.Phase = UnitPhase.Start;
        }

        if (controlPid != 0 && !HasRun(unit, isMain: false))
        {
            UnitDriver.EndLauncher(controlPid, stored.ControlStartTicks);
            controlPid = 0;
            state.ControlPid = 0;
        }

        bool hasMain = mainPid != 0 && driver.Adopt(unit, mainPid, stored.MainStartTicks, isMain: true) is not null;
        bool hasControl =
            controlPid != 0 && driver.Adopt(unit, controlPid, stored.ControlStartTicks, isMain: false) is not null;
        output.Say(unit, 6, "Taken over by a new process of corenode.");
        unit.Machine.Resume(now);
        driver.Settle(unit);
        if (mainPid != 0 && !hasMain)
            unit.Machine.Exited(now, mainPid, new ProcessEnd(ProcessEndKind.Unknown, 0));
        if (controlPid != 0 && !hasControl)
            unit.Machine.Exited(now, controlPid, new ProcessEnd(ProcessEndKind.Unknown, 0));
        driver.Settle(unit);
    }

    // A main process that was found (by PIDFILE, MAINPID=) had no go-ahead of its own, and has run.
    private bool HasRun(LiveUnit unit, bool isMain) =>
        File.Exists(store.WentFileOf(unit.Name, isMain))
        || (isMain && unit.Machine.Settings.Type == Settings.ServiceType.Forking);
}
