using CoreNode.Foundation;

namespace CoreNode.Tests.Simulation.Units;

/// <summary>
/// Messages between machines: late, lost where a link is cut, lost with the process that they were for.
/// </summary>
internal sealed class UnitsNetwork(SimulatedWorld world, UnitsPlan plan)
{
    private readonly Prng _chance = new Prng(plan.Seed).Child("network");
    private readonly HashSet<(int, int)> _cut = [];

    /// <summary>How many times slower than usual.</summary>
    public int Slowness { get; set; } = 1;

    public void Cut(UnitsNode a, UnitsNode b) => _cut.Add(Link(a, b));

    public void Heal() => _cut.Clear();

    public bool IsOpen(UnitsNode a, UnitsNode b) => a == b || !_cut.Contains(Link(a, b));

    public long Latency(UnitsNode from, UnitsNode to) =>
        from == to ? 1000 : Slowness * (plan.Latency + (long)(_chance.NextDouble() * plan.Jitter));

    /// <summary>To whoever runs there when it is sent.</summary>
    public void Send(UnitsNode from, UnitsNode to, Action arrive) => Send(from, to, to.Incarnation, arrive);

    /// <summary>To one process: an answer is for the one that asked.</summary>
    public void Send(UnitsNode from, UnitsNode to, int incarnation, Action arrive)
    {
        if (!IsOpen(from, to) || !to.IsRunning)
            return;
        world.After(Latency(from, to), () =>
        {
            if (IsOpen(from, to))
                to.Gate(incarnation, arrive);
        });
    }

    private static (int, int) Link(UnitsNode a, UnitsNode b) =>
        (Math.Min(a.Index, b.Index), Math.Max(a.Index, b.Index));
}
