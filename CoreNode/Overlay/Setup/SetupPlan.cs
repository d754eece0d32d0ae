using CoreNode.Overlay.Model;

namespace CoreNode.Overlay.Setup;

/// <summary>What a configuration would do to a network. Pure.</summary>
/// <param name="Before">The network as it is.</param>
/// <param name="Text">The configuration that is wanted.</param>
/// <param name="Problems">What is wrong with it; empty: it can be stored.</param>
/// <param name="Effects">What changes for those who have leases, one line each.</param>
/// <param name="IsMoving">True if machines lose their subnets.</param>
public sealed record SetupPlan(
    StoredNetwork Before, string Text, IReadOnlyList<ConfigProblem> Problems, IReadOnlyList<string> Effects,
    bool IsMoving)
{
    private const int ShownMachines = 5;

    /// <summary>True if the store has it already.</summary>
    public bool IsSame => Before.Text == Text;

    /// <summary>Checks a configuration against the network as it is and the others.</summary>
    public static SetupPlan Of(StoredNetwork before, string text, IReadOnlyList<StoredNetwork> others)
    {
        ConfigReading reading = ConfigJson.Read(text);
        if (reading.Config is not { } config)
            return new SetupPlan(before, text, reading.Problems, [], false);
        List<ConfigProblem> problems = [];
        foreach (StoredNetwork other in others)
        {
            if (other.Config is { } theirs)
                problems.AddRange(ConfigCheck.Against(config, other.Name, theirs));
        }

        List<string> effects = [];
        bool isMoving = AddMoves(effects, before, config);
        if (before.Config is { } was && before.Leases.Count > 0)
            AddBackend(effects, was.Backend, config.Backend);
        return new SetupPlan(before, text, problems, effects, isMoving);
    }

    private static bool AddMoves(List<string> effects, StoredNetwork before, OverlayConfig config)
    {
        List<string> moved = [];
        foreach (LeaseEntry lease in before.Leases)
        {
            if (lease is { Subnets: { } subnets, Value: { } value } && !config.Fits(subnets))
                moved.Add($"{subnets} of {value.PublicV4 ?? value.PublicV6}");
        }

        if (moved.Count == 0)
            return false;
        int shown = Math.Min(moved.Count, ShownMachines);
        string more = moved.Count > shown ? $" and {moved.Count - shown} more" : "";
        effects.Add(
            $"{moved.Count} of {before.Leases.Count} leases end, and their machines take other subnets: "
            + $"{string.Join(", ", moved[..shown])}{more}; their containers get other addresses");
        return true;
    }

    private static void AddBackend(List<string> effects, BackendConfig was, BackendConfig now)
    {
        if (was.Kind != now.Kind)
        {
            effects.Add(
                $"all machines change from {was.Name} to {now.Name}; a flanneld has to be restarted for that");
        }
        else if (now.Kind == BackendKind.Vxlan && (was.Vni != now.Vni || was.Port != now.Port
            || was.HasGroupPolicy != now.HasGroupPolicy || was.IsLearning != now.IsLearning))
        {
            effects.Add(
                $"all machines make the device {now.Link} anew (VNI {now.Vni}, port {now.Port}): packets are lost "
                + "until the last one has done so; a flanneld has to be restarted for that");
        }
        else if (was.Mtu != now.Mtu)
        {
            effects.Add("the MTU changes: containers that run keep theirs until they are started anew");
        }
    }
}
