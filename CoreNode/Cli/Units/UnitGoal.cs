using CoreNode.Api.Client.Units;
using CoreNode.Units.Model;

namespace CoreNode.Cli.Units;

/// <summary>
/// What a command waits for: whether a unit as it is listed now has arrived, has failed, or is still on its way, and
/// where it stands. Pure.
/// </summary>
internal sealed class UnitGoal(string desiredState)
{
    /// <summary>Units that run before a restart, with their "since"; empty for other commands.</summary>
    public Dictionary<string, string> Before { get; } = new(StringComparer.Ordinal);

    /// <summary>True where units are to run.</summary>
    public bool IsLaunch => desiredState == "launched";

    /// <summary>How far it is; null means that the unit is not listed.</summary>
    public UnitProgress Judge(ListedUnit? unit)
    {
        if (desiredState == "destroyed")
            return unit is null
                ? new UnitProgress(UnitStage.Arrived, "destroyed")
                : new UnitProgress(UnitStage.OnItsWay, Where(unit, "is being stopped"));
        if (unit is null)
            return new UnitProgress(UnitStage.Failed, "was destroyed by somebody else meanwhile");
        if (unit.DesiredState != desiredState && Rank(unit.DesiredState) < Rank(desiredState))
            return new UnitProgress(UnitStage.Failed, $"somebody else wants it {unit.DesiredState} meanwhile");
        return desiredState switch
        {
            "launched" => Launched(unit),
            "loaded" => Loaded(unit),
            _ => unit.Machines.Count == 0 && unit.CurrentState == "inactive"
                ? new UnitProgress(UnitStage.Arrived, "inactive")
                : new UnitProgress(UnitStage.OnItsWay, Where(unit, "is being unloaded")),
        };
    }

    private UnitProgress Launched(ListedUnit unit)
    {
        if (unit.Replicas > 0 && unit.Machines.Count == 0)
            return unit.Reason.Length == 0
                ? new UnitProgress(UnitStage.Arrived, $"launched with {unit.Replicas} replicas")
                : new UnitProgress(UnitStage.OnItsWay, unit.Reason);
        UnitPlace? failed = unit.Machines.FirstOrDefault(static place => place.Active == "failed");
        bool isRestarting = unit.Machines.Any(place => Before.GetValueOrDefault(Key(unit, place)) == place.Since
            && Before.ContainsKey(Key(unit, place)));
        if (isRestarting)
            return new UnitProgress(UnitStage.OnItsWay, Where(unit, "is to be restarted"));
        if (failed is not null && unit.CurrentState == "launched")
            return new UnitProgress(
                UnitStage.Failed, $"failed on {MachineText.Short(failed.Id, failed.Ip)}: {Result(unit, failed)}");
        bool isStarted = unit.CurrentState == "launched" || unit.IsGlobal;
        bool isUp = unit.Machines.Count > 0 && unit.Machines.All(static place => IsUp(place));
        if (isStarted && isUp && (unit.Reason.Length == 0 || !unit.IsGlobal))
            return new UnitProgress(UnitStage.Arrived, Where(unit, "launched"));
        return new UnitProgress(UnitStage.OnItsWay, unit.Reason.Length > 0 ? unit.Reason : Where(unit, "is starting"));
    }

    private static UnitProgress Loaded(ListedUnit unit)
    {
        bool isStopped = unit.Machines.All(static place =>
            place.Active is not ("active" or "activating" or "deactivating" or "reloading"));
        bool isThere = unit.IsGlobal || unit.Machines.Count > 0 || unit.Replicas > 0;
        if (isStopped && isThere && unit.Reason.Length == 0)
            return new UnitProgress(UnitStage.Arrived, Where(unit, "loaded"));
        string what = isStopped ? "is being loaded" : "is being stopped";
        return new UnitProgress(UnitStage.OnItsWay, unit.Reason.Length > 0 ? unit.Reason : Where(unit, what));
    }

    /// <summary>A copy of a unit.</summary>
    public static string Key(ListedUnit unit, UnitPlace place) => $"{unit.Name} {place.Id}";

    // A oneshot that is through is inactive again.
    private static bool IsUp(UnitPlace place) =>
        place.Active is "active" or "reloading" || (place.Active == "inactive" && place.Result is "success" or "done");

    private static string Where(ListedUnit unit, string what)
    {
        if (unit.Machines.Count == 0)
            return unit.Target.Length > 0 ? $"{what} on {MachineText.Short(unit.Target, "")}" : what;
        IEnumerable<string> places = unit.Machines.Select(static place =>
            $"{MachineText.Short(place.Id, place.Ip)} ({place.Active}, {place.Sub})");
        return $"{what} on {string.Join(", ", places)}";
    }

    // The cluster's reason knows more than the state, but names the machine once more.
    private static string Result(ListedUnit unit, UnitPlace place)
    {
        string begin = $"failed on machine {MachineText.Short(place.Id, "")}: ";
        if (unit.Reason.StartsWith(begin, StringComparison.Ordinal))
            return unit.Reason[begin.Length..];
        string result = UnitFailure.Describe(place.Result, exitStatus: 0);
        return unit.Reason.Length > 0 ? $"{result}; {unit.Reason}" : result;
    }

    private static int Rank(string state) => state switch
    {
        "inactive" => 0,
        "loaded" => 1,
        _ => 2,
    };
}
