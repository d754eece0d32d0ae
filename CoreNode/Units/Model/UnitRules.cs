namespace CoreNode.Units.Model;

/// <summary>
/// Combinations of requirements that cannot be met, in fleet's order and words where fleet has them (fleet: A.6, A.10).
/// </summary>
public static class UnitRules
{
    /// <summary>The first thing that is wrong with them; empty if nothing.</summary>
    public static string Complaint(UnitName name, UnitRequirements unit)
    {
        string peers = OfPeers(unit);
        if (peers.Length > 0)
            return peers;
        bool isPinned = unit.MachineId.Length > 0;
        bool hasPeers = unit.MachineOf.Count > 0;
        bool hasConflicts = unit.Conflicts.Count > 0;
        bool hasReplaces = unit.Replaces.Count > 0;
        return (isPinned, unit.IsGlobal) switch
        {
            (true, _) when hasPeers => "MachineID cannot be used with Peers",
            (true, _) when hasConflicts => "MachineID cannot be used with Conflicts",
            (true, true) => "MachineID cannot be used with Global",
            (true, _) when hasReplaces => "MachineID cannot be used with Replaces",
            (_, true) when hasPeers => "Global cannot be used with Peers",
            (_, true) when hasReplaces => "Global cannot be used with Replaces",
            _ when hasConflicts && hasReplaces => "Conflicts cannot be used with Replaces",
            _ => OfOurs(name, unit),
        };
    }

    private static string OfPeers(UnitRequirements unit)
    {
        foreach (string peer in unit.MachineOf)
        {
            foreach (string conflict in unit.Conflicts)
            {
                if (UnitGlob.IsMatch(conflict, peer))
                    return $"unresolvable requirements: peer \"{peer}\" matches conflict \"{conflict}\"";
            }

            foreach (string replace in unit.Replaces)
            {
                if (UnitGlob.IsMatch(replace, peer))
                    return $"unresolvable requirements: peer \"{peer}\" matches replace \"{replace}\"";
            }
        }

        return "";
    }

    private static string OfOurs(UnitName name, UnitRequirements unit) => unit switch
    {
        { IsSingleton: true, IsGlobal: true } => "Singleton cannot be used with Global",
        { IsSingleton: true, Replicas: > 0 } => "Singleton cannot be used with Replicas",
        { IsGlobal: true, Replicas: > 0 } => "Global cannot be used with Replicas",
        { Replicas: > 0 } when name.Template.Length == 0 =>
            $"Replicas needs a template: submit the unit as {name.Prefix}@.{name.Type}",
        { IsRolling: true, Replicas: 0 } => "UpdatePolicy needs Replicas: it says how a template's instances change",
        { IsGlobal: true, IsRescheduledOnFailure: true } => "RescheduleOnFailure cannot be used with Global",
        { MachineId.Length: > 0, IsRescheduledOnFailure: true } => "RescheduleOnFailure cannot be used with MachineID",
        _ => "",
    };
}
