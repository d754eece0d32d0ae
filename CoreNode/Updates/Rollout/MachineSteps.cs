namespace CoreNode.Updates.Rollout;

/// <summary>
/// What an event makes of a machine. Only forward: the same told twice, or told by who was granted nothing, changes
/// nothing (the same instance is given back), so nobody keeps its place at work by repeating itself.
/// </summary>
internal static class MachineSteps
{
    /// <summary>After what it told.</summary>
    public static RolloutMachine After(RolloutMachine machine, RolloutEvent happened, int round, DateTimeOffset now)
    {
        if (machine.ReleaseId.Length == 0)
            return machine;
        bool isOn = machine.IsAtWork || machine.State is RolloutState.TimedOut or RolloutState.OnHold;
        switch (happened.Kind)
        {
            // One that timed out has lost its place: it shows up again when it has installed.
            case RolloutEventKind.DownloadStarted when machine.State == RolloutState.Granted:
                return machine with { State = RolloutState.Downloading, Since = now };
            case RolloutEventKind.Downloaded
                when machine.State is RolloutState.Granted or RolloutState.Downloading:
                return machine with { State = RolloutState.Downloaded, Since = now };
            case RolloutEventKind.Installed when isOn:
                return machine with { State = RolloutState.Installed, Since = now };
            case RolloutEventKind.Deferred when machine.IsAtWork:
                return machine with { State = RolloutState.OnHold, Since = now };
            case RolloutEventKind.Failed when isOn || machine.State == RolloutState.Installed:
                bool wentBack = machine.Outcome == RolloutOutcome.RolledBack && machine.OutcomeRound == round;
                return machine.WithoutForce() with
                {
                    State = RolloutState.Error,
                    Since = now,
                    Outcome = wentBack ? RolloutOutcome.RolledBack : RolloutOutcome.Failed,
                    OutcomeRound = round,
                    ErrorCode = happened.ErrorCode,
                };
            case RolloutEventKind.RolledBack when isOn || machine.State == RolloutState.Installed:
                return WentBack(machine.WithoutForce(), happened.ErrorCode, round, now);
            // Of what it ran, or failed with, before somebody forced it: that is still to come.
            case RolloutEventKind.RolledBack when machine.State != RolloutState.RolledBack:
                return WentBack(machine, happened.ErrorCode, round, now);
            default:
                return machine;
        }
    }

    /// <summary>It is back at the version before.</summary>
    public static RolloutMachine WentBack(RolloutMachine machine, uint code, int round, DateTimeOffset now) =>
        machine with
        {
            State = RolloutState.RolledBack,
            Since = now,
            Outcome = RolloutOutcome.RolledBack,
            OutcomeRound = round,
            ErrorCode = code,
        };
}
