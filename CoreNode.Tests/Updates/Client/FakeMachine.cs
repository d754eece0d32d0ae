using System.Collections.Concurrent;
using CoreNode.Updates.Client.Ports;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.Updates.Client;

/// <summary>
/// A machine with two slots, a worker that writes at once, and a server, all in memory: what the client does is noted
/// in its order, and a test may look in, or interfere, at each of these calls.
/// </summary>
internal sealed class FakeMachine : ISlots, IUpdateWorker, IUpdateServer, IHealthChecks, IReboot, IHolds
{
    private readonly Lock _gate = new(); // the slots
    private readonly Dictionary<string, FakeSlot> _slots = new()
    {
        ["A"] = new FakeSlot { Version = "1.0", Counter = 1, Priority = 1, IsGood = true },
        ["B"] = new FakeSlot(),
    };

    public static readonly ReleaseFacts Release = new() { Version = "2.0", Counter = 2, PayloadId = "feed" };

    /// <summary>What was called, in order.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>Called before each call is carried out.</summary>
    public Action<string>? OnCall { get; set; }

    public string Running { get; set; } = "A";

    public string BootId { get; set; } = "boot-1";

    public UpdateOffer? Offer { get; set; } = new()
    {
        Version = "2.0",
        Urls = ["http://server/update"],
        Size = 1000,
        Sha256 = Convert.ToBase64String(new byte[32]),
    };

    public UpdateFailure? ServerFailure { get; set; }

    public string OffReason { get; set; } = "";

    public ConcurrentQueue<UpdateEvent> Told { get; } = new();

    public List<HealthCheck> Health { get; set; } = [new("node", HealthCheckKind.Node, true)];

    public string Reason { get; set; } = "";

    public ConcurrentQueue<bool> Announced { get; } = new();

    /// <summary>What a worker says for a task; null: what a good one says.</summary>
    public Func<WorkerTask, IReadOnlyList<WorkerReport>?>? Work { get; set; }

    /// <summary>A worker waits for that before each report.</summary>
    public Func<WorkerTask, Task>? Wait { get; set; }

    public FakeSlot this[string slot] => _slots[slot];

    public UpdatePorts Ports => new(this, this, this, this, this, this);

    /// <summary>The boot stage takes the next slot, and the machine comes up with it.</summary>
    public void Restart()
    {
        lock (_gate)
        {
            string next = Next();
            if (_slots[next].Tries > 0)
                _slots[next].Tries--;
            Running = next;
            BootId += "+";
        }
    }

    BootFacts ISlots.Read()
    {
        Note("read");
        lock (_gate)
        {
            FakeSlot own = _slots[Running];
            string otherName = Running == "A" ? "B" : "A";
            FakeSlot other = _slots[otherName];
            return new BootFacts
            {
                BootId = BootId,
                Slot = Running,
                Version = own.Version,
                Counter = own.Counter,
                OtherSlot = otherName,
                OtherVersion = other.Version,
                IsMarkedGood = own.IsGood,
                IsOtherGood = other.IsGood,
                IsOtherTried = other is { Priority: > 0, Tries: 0, IsGood: false },
                IsOtherNext = Next() == otherName,
            };
        }
    }

    void ISlots.Clear(string slot)
    {
        Note($"clear {slot}");
        lock (_gate)
            _slots[slot] = new FakeSlot();
    }

    void ISlots.MakeNext(string slot, ReadOnlyMemory<byte> metadata)
    {
        Note($"next {slot} {metadata.Length}");
        lock (_gate)
            _slots[slot] = new FakeSlot { Version = "2.0", Counter = 2, Priority = 9, Tries = 1 };
    }

    void ISlots.SwitchTo(string slot)
    {
        Note($"switch {slot}");
        lock (_gate)
        {
            foreach (FakeSlot one in _slots.Values)
                one.Priority = 1;
            _slots[slot].Priority = 9;
        }
    }

    void ISlots.KeepRunning(string slot)
    {
        Note($"keep {slot}");
        lock (_gate)
        {
            _slots[slot == "A" ? "B" : "A"] = new FakeSlot();
            _slots[slot].Priority = 9;
        }
    }

    void ISlots.MarkGood(string slot)
    {
        Note($"good {slot}");
        lock (_gate)
        {
            _slots[slot].IsGood = true;
            _slots[slot].Tries = 0;
        }
    }

    Task<IWorkerRun> IUpdateWorker.StartAsync(WorkerTask task, CancellationToken cancellation)
    {
        Note($"{task.Kind.ToString().ToLowerInvariant()}{(task.IsResumed ? " resumed" : "")}");
        IReadOnlyList<WorkerReport> reports = Work?.Invoke(task) ?? Usual(task);
        return Task.FromResult<IWorkerRun>(new FakeRun(this, task, reports));
    }

    ServerSettings IUpdateServer.ReadSettings() =>
        new() { Server = "http://server", Group = "stable", OffReason = OffReason };

    Task<ServerReply> IUpdateServer.CheckAsync(
        CheckRequest request, BootFacts boot, CancellationToken cancellation)
    {
        Note($"check {request.Event.Type}:{request.Event.Result}:{(int)request.Event.Code}");
        return Task.FromResult(ServerFailure is { } failure
            ? new ServerReply(null, failure)
            : new ServerReply(new CheckAnswer { Offer = Offer }, null));
    }

    Task<ServerReply> IUpdateServer.PingAsync(BootFacts boot, CancellationToken cancellation)
    {
        Note("ping");
        return Task.FromResult(new ServerReply(new CheckAnswer(), null));
    }

    Task<UpdateFailure?> IUpdateServer.TellAsync(
        UpdateEvent told, BootFacts boot, CancellationToken cancellation)
    {
        if (ServerFailure is null)
            Told.Enqueue(told);
        return Task.FromResult(ServerFailure);
    }

    Task<HealthReport> IHealthChecks.LookAsync(CancellationToken cancellation) =>
        Task.FromResult(new HealthReport([.. Health]));

    Task IReboot.RebootAsync(CancellationToken cancellation)
    {
        Note("reboot");
        return Task.CompletedTask;
    }

    void IReboot.Announce(bool isWanted) => Announced.Enqueue(isWanted);

    public void Note(string call)
    {
        Calls.Enqueue(call);
        OnCall?.Invoke(call);
    }

    private static IReadOnlyList<WorkerReport> Usual(WorkerTask task) => task.Kind switch
    {
        WorkerTaskKind.Metadata => [new WorkerReport.Metadata(Release, 1000)],
        WorkerTaskKind.Apply =>
        [
            new WorkerReport.Progress(500, 1000),
            new WorkerReport.Progress(1000, 1000),
            new WorkerReport.Applied(1000, 0, 1000),
        ],
        _ => [new WorkerReport.Verified(new byte[7])],
    };

    private string Next()
    {
        string best = Running;
        int priority = -1;
        foreach ((string name, FakeSlot slot) in _slots)
        {
            if ((slot.IsGood || slot.Tries > 0) && slot.Priority > priority)
                (best, priority) = (name, slot.Priority);
        }

        return best;
    }

    private sealed class FakeRun(FakeMachine machine, WorkerTask task, IReadOnlyList<WorkerReport> reports) : IWorkerRun
    {
        private int _at;

        public async Task<WorkerReport?> NextAsync(CancellationToken cancellation)
        {
            if (machine.Wait is { } wait)
                await wait(task).WaitAsync(cancellation);
            return _at < reports.Count ? reports[_at++] : null;
        }

        public void Pause(bool isPaused) => machine.Note(isPaused ? "pause" : "go");

        public ValueTask DisposeAsync()
        {
            machine.Note("worker ends");
            return ValueTask.CompletedTask;
        }
    }
}
