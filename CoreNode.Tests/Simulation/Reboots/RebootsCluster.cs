using System.Globalization;
using CoreNode.Cluster.Clients;
using CoreNode.Foundation;
using CoreNode.RebootLock.Model;
using CoreNode.Store;
using CoreNode.Tests.Simulation.Units;

namespace CoreNode.Tests.Simulation.Reboots;

/// <summary>Machines that share a store and a lock, in one thread and from one seed.</summary>
internal sealed class RebootsCluster
{
    /// <summary>The wall clock at the beginning: a Thursday, midnight.</summary>
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private const long LookEvery = RebootsPlan.Second;

    private Exception? _fault;
    private bool _isMended;
    private bool _isStopped;

    public RebootsCluster(RebootsPlan plan)
    {
        Plan = plan;
        World = new SimulatedWorld(plan.Seed);
        Chance = new Prng(plan.Seed).Child("reboots");
        Machines = [.. Enumerable.Range(0, plan.Machines).Select(i => new RebootsMachine(this, i))];
        Voters = [.. Machines.Take(plan.Voters)];
        Store = new RebootsStore(this);
        Checker = new RebootsChecker(this);
        Faults = new RebootsFaults(this);
        Tally.Count($"cluster: of {plan.Voters} voters");
        Tally.Count($"release: {plan.Release}");
        Tally.Count(plan.Windows.Length > 0 ? "cluster: with windows" : "cluster: without windows");
        Tally.Count($"cluster: max {plan.Max}");
    }

    public RebootsPlan Plan { get; }

    public SimulatedWorld World { get; }

    public Prng Chance { get; }

    public IReadOnlyList<RebootsMachine> Machines { get; }

    public IReadOnlyList<RebootsMachine> Voters { get; }

    public RebootsStore Store { get; }

    public RebootsChecker Checker { get; }

    public RebootsFaults Faults { get; }

    public UnitsTally Tally { get; } = new();

    public bool HasQuorum => Voters.Count(static v => v.IsUp) > Plan.Voters / 2;

    public bool IsTurmoil => Plan.HasFaults && World.Now < RebootsPlan.Turmoil;

    /// <summary>Machines with the new version are not healthy.</summary>
    public bool IsSick =>
        (Plan.Release == RebootsRelease.Sick && !_isMended) || Plan.Release == RebootsRelease.GoesBack;

    /// <summary>Turmoil, and peace until everything is over.</summary>
    public RebootsResult Run()
    {
        foreach (RebootsMachine machine in Machines)
            machine.Boot();
        byte[] max = KvCommands.Set(
            KvText.Key(LockKeys.Semaphore("")), SemaphoreJson.Write(SemaphoreValue.Initial.WithMax(Plan.Max)),
            KvSetOptions.Create, Store.WallNs, out _)!;
        Store.Write(max, null);
        foreach (RebootsMachine machine in Machines)
            World.At(InstalledAt(), () => machine.Installed = _isStopped ? machine.Installed : 2);
        Faults.Plan();
        RunUntil(Plan.HasFaults ? RebootsPlan.Turmoil : 30 * RebootsPlan.Second, isEndless: true);
        Faults.End();
        _isMended = true;
        RunUntil(Plan.Bound, isEndless: false);
        if (Checker.Unfinished() is { Length: > 0 } left)
            throw new AssertionException($"not over long after the last fault: {left}");
        return new RebootsResult(World.Trace.Hash)
        {
            Time = TimeSpan.FromTicks(World.Now / 100),
            Events = World.EventCount,
            Restarts = Checker.Restarts,
            Grants = Checker.Grants,
            HandOvers = Checker.HandOvers,
            Tally = Tally,
        };
    }

    public long Latency() => IsTurmoil && Chance.Chance(0.01)
        ? (long)(Chance.NextDouble() * 3 * RebootsPlan.Second)
        : 500_000 + Chance.Next(10_000_000);

    /// <summary>The update server does not offer the version any more.</summary>
    public void StopsRelease()
    {
        _isStopped = true;
        foreach (RebootsMachine machine in Machines)
            machine.Installed = machine.Version == 2 ? machine.Installed : 1;
    }

    public void Fail(string what) => _fault ??= new AssertionException(what);

    public void Say(string line)
    {
        if (World.Trace.IsVerbose)
            World.Trace.Write(line);
    }

    /// <summary>Sees to it that what goes wrong in a task is not lost.</summary>
    public void Track(Task task)
    {
        async Task WaitAsync()
        {
            try
            {
                await task;
            }
            catch (Exception fault)
            {
                _fault ??= fault;
            }
        }

        _ = WaitAsync();
    }

    private long InstalledAt() => Plan.HasFaults ? Chance.Next(5, 120) * RebootsPlan.Second : RebootsPlan.Second;

    private void RunUntil(long end, bool isEndless)
    {
        while (World.Now < end && (isEndless || !Checker.IsOver()))
        {
            World.RunUntil(Math.Min(end, World.Now + LookEvery));
            if (Machines.Any(static m => m.HasStrayed))
                Fail("something went on on another thread");
            if (_fault is { } fault)
                throw fault;
            ReleaseByHand();
            LookForIdleHolders();
        }
    }

    // An attempt that was given up must not arrive after the lock was given back.
    private void LookForIdleHolders()
    {
        foreach (RebootsMachine machine in Machines)
        {
            if (machine.Service?.Status.Stage is "idle" or "window-wait" && Checker.Holds(machine))
                Fail($"{machine.Id} holds the lock and does not need it");
        }
    }

    // People take the lock from a machine that does not come back, a while after they saw that.
    private void ReleaseByHand()
    {
        foreach (RebootsMachine machine in Machines)
        {
            if (!machine.IsLost || !Checker.Holds(machine) || !Store.IsThere
                || World.Now < machine.CrashedAt + (300 * RebootsPlan.Second))
                continue;
            if (Plan.ReleaseLimit > TimeSpan.Zero)
                continue;
            KvOutcome.Done read = (KvOutcome.Done)Store.Read(LockKeys.Semaphore(""));
            SemaphoreValue value = SemaphoreJson.Read(read.Change.Node.Value!, out _)!;
            byte[] command = KvCommands.Set(
                KvText.Key(LockKeys.Semaphore("")), SemaphoreJson.Write(value.Without(machine.Id)),
                new KvSetOptions { PreviousIndex = read.Change.Node.ModifiedIndex }, Store.WallNs, out _)!;
            Store.Write(command, null);
            Tally.Count("a lock is given back by hand");
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Plan}");
}
