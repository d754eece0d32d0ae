using CoreNode.Units.Registry;

namespace CoreNode.Units.Drains;

/// <summary>Follows one drain from state to state of the registry, all from after its cordon. One owner.</summary>
internal sealed class DrainWatch(string machine, Action<DrainProgress> told)
{
    private bool _wasTold;

    /// <summary>What was left when it was looked at last.</summary>
    public IReadOnlyList<StayingUnit> Left { get; private set; } = [];

    /// <summary>There were units to move.</summary>
    public bool HasSeenUnits { get; private set; }

    /// <summary>Tells what is new; returns how it ended, null if it goes on.</summary>
    public DrainEnd? Look(RegistryState registry)
    {
        List<StayingUnit> left = DrainView.LeftOn(registry, machine);
        HasSeenUnits |= left.Count > 0;
        if (!_wasTold || !DrainView.IsSame(left, Left))
            told(new DrainProgress(left));
        _wasTold = true;
        Left = left;
        RegisteredMachine? registered = registry.Machines.GetValueOrDefault(machine);
        if (registered?.Cordon is not { IsDraining: true })
            return new DrainEnd(DrainEndKind.TakenBack, left);
        if (registered.Object is null)
            return new DrainEnd(DrainEndKind.LeaseLost, left);
        if (left.Count == 0)
            return new DrainEnd(DrainEndKind.Empty, left);
        foreach (StayingUnit unit in left)
        {
            if (!unit.IsPassedOver)
                return null;
        }

        return new DrainEnd(DrainEndKind.UnitsLeft, left);
    }
}
