using CoreNode.Foundation;

namespace CoreNode.Tests.Simulation;

/// <summary>
/// Time, chance and order of one simulation: events happen one after the other, by their time and then by the order in
/// which they were planned. One thread. Times are nanoseconds since the start of the simulation.
/// </summary>
internal sealed class SimulatedWorld(ulong seed)
{
    private readonly PriorityQueue<Action, Moment> _events = new();
    private long _planned;

    /// <summary>The time now, in nanoseconds.</summary>
    public long Now { get; private set; }

    /// <summary>Chance of everything that has no stream of its own.</summary>
    public Prng Chance { get; } = new Prng(seed).Child("world");

    /// <summary>What happened.</summary>
    public SimulationTrace Trace { get; } = new();

    /// <summary>Events that happened.</summary>
    public long EventCount { get; private set; }

    /// <summary>Plans an event at a time; not before now.</summary>
    public void At(long time, Action what) => _events.Enqueue(what, new Moment(Math.Max(time, Now), ++_planned));

    /// <summary>Plans an event after a number of nanoseconds.</summary>
    public void After(long nanoseconds, Action what) => At(Now + nanoseconds, what);

    /// <summary>Lets happen what is planned, up to a time.</summary>
    public void RunUntil(long end)
    {
        while (_events.TryPeek(out Action? what, out Moment moment) && moment.Time <= end)
        {
            _events.Dequeue();
            Now = moment.Time;
            Trace.Now = Now;
            EventCount++;
            what();
        }

        Now = Math.Max(Now, end);
        Trace.Now = Now;
    }

    private readonly record struct Moment(long Time, long Number) : IComparable<Moment>
    {
        public int CompareTo(Moment other) =>
            Time != other.Time ? Time.CompareTo(other.Time) : Number.CompareTo(other.Number);
    }
}
