using CoreNode.Units.Model;

namespace CoreNode.Units.Scheduling;

/// <summary>What MachineMetadata= asks of a machine: for each key one of some values. Immutable.</summary>
internal sealed class MachineFilter
{
    private MachineFilter(IReadOnlyList<MetadataRequirement> wanted, string signature)
    {
        Wanted = wanted;
        Signature = signature;
    }

    /// <summary>Equal for filters that ask the same in the same words; empty where any machine will do.</summary>
    public string Signature { get; }

    public IReadOnlyList<MetadataRequirement> Wanted { get; }

    public static MachineFilter Of(IReadOnlyList<MetadataRequirement> wanted)
    {
        List<string> parts = [];
        foreach (MetadataRequirement one in wanted)
        {
            parts.Add(one.Key);
            parts.AddRange(one.Values);
            parts.Add("");
        }

        return new MachineFilter(wanted, string.Join('\0', parts));
    }

    public bool Matches(Machine machine)
    {
        for (int i = 0; i < Wanted.Count; i++)
        {
            if (!Wanted[i].IsMetBy(machine.Metadata))
                return false;
        }

        return true;
    }

    /// <summary>As in a unit file.</summary>
    public override string ToString()
    {
        List<string> parts = [];
        foreach (MetadataRequirement one in Wanted)
        {
            List<string> values = [];
            foreach (string value in one.Values)
                values.Add($"{one.Key}={value}");
            parts.Add(string.Join(" or ", values));
        }

        return string.Join(", ", parts);
    }
}
