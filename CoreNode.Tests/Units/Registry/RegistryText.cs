using System.Collections.Immutable;
using System.Text;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Units.Registry;

/// <summary>A registry state as text, so that two can be compared.</summary>
internal static class RegistryText
{
    public static string Of(RegistryState state)
    {
        StringBuilder text = new();
        text.AppendLine(state.EngineVersion);
        foreach (Job job in state.Jobs.Values.Concat(state.Partial.Values))
            text.AppendLine(
                $"{job.Name} {job.Hash} {job.File?.Hash} {job.Desired} {job.DesiredIndex} "
                + $"{job.Target} {job.TargetIndex} {job.JobState} {job.Restart} {job.Notice} "
                + $"{job.CreatedIndex} {job.ObjectIndex} {job.Requirements.MachineId} {job.Requirements.IsGlobal}");
        foreach (UnitText unit in state.Texts.Values)
            text.AppendLine($"{unit.Hash} {unit.File?.Hash} {unit.CreatedIndex} {string.Join(',', unit.Jobs)}");
        foreach (RegisteredMachine machine in state.Machines.Values)
            text.AppendLine(
                $"{machine.Id} {machine.Object is not null} {machine.ObjectIndex} {machine.Cordon} "
                + string.Join(',', machine.Overlay.OrderBy(p => p.Key, StringComparer.Ordinal)));
        Pairs(text, state.ScheduleByMachine);
        Pairs(text, state.ScheduleByUnit);
        Pairs(text, state.StatesByUnit);
        Pairs(text, state.StatesByMachine);
        foreach (var (machine, units) in state.Announced)
            text.AppendLine($"{machine} {string.Join(' ', units.Select(u => $"{u.Key}:{string.Join(',', u.Value)}"))}");
        text.AppendJoin('\n', state.Problems).AppendLine();
        text.AppendJoin('\n', state.EmptyFolders.Keys);
        return text.ToString();
    }

    private static void Pairs<T>(
        StringBuilder text, ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, T>> pairs)
    {
        foreach ((string outer, ImmutableSortedDictionary<string, T> items) in pairs)
            text.AppendLine($"{outer} {string.Join(' ', items)}");
    }
}
