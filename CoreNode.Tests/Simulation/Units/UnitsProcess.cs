namespace CoreNode.Tests.Simulation.Units;

/// <summary>How one simulated unit behaves, and whether a process of it runs.</summary>
internal sealed class UnitsProcess(string name)
{
    public string Name { get; } = name;

    public string Hash { get; set; } = "";

    public ulong Token { get; set; }

    public string Active { get; set; } = "inactive";

    /// <summary>A process of it exists.</summary>
    public bool IsAlive { get; set; }

    /// <summary>It is to have a process as soon as the supervisor has made one.</summary>
    public bool IsBeginning { get; set; }

    public bool HasFailedAlone { get; set; }

    /// <summary>When it runs, in the world's time; null: it does not.</summary>
    public long? ActiveAt { get; set; }

    /// <summary>Its checks of health are bad from then on.</summary>
    public long SickFrom { get; set; } = long.MaxValue;

    /// <summary>And good again from then on.</summary>
    public long SickUntil { get; set; } = long.MaxValue;

    public int Pid { get; set; }

    public DateTimeOffset? Since { get; set; }

    /// <summary>What was planned for it before another one does not count any more.</summary>
    public int Generation { get; set; }

    public List<Action<bool>> Starting { get; } = [];

    public List<Action> Stopping { get; } = [];

    /// <summary>Who wants it started once its stop is over; a stop that comes meanwhile calls that off.</summary>
    public List<Action<bool>> Again { get; } = [];
}
