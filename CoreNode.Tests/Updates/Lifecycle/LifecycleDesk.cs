using CoreNode.Foundation;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.Updates.Lifecycle;

/// <summary>A client that does nothing by itself: a test tells it what happened and looks at what follows.</summary>
internal sealed class LifecycleDesk
{
    private readonly Prng _chance;
    private Moment _now = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), TimeSpan.FromSeconds(30));

    public LifecycleDesk(ulong seed = 1, UpdateSettings? settings = null)
    {
        _chance = new Prng(seed);
        Settings = settings ?? new UpdateSettings { Board = "amd64-usr", AppId = "node" };
    }

    public static readonly BootFacts Boot = new()
    {
        BootId = "boot-1",
        Slot = "A",
        Version = "1.0",
        Counter = 10,
        OtherSlot = "B",
        OtherVersion = "0.9",
        IsMarkedGood = true,
        IsOtherGood = true,
    };

    public static readonly BootFacts NewBoot = Boot with
    {
        BootId = "boot-2",
        Slot = "B",
        Version = "2.0",
        Counter = 20,
        OtherSlot = "A",
        OtherVersion = "1.0",
        IsMarkedGood = false,
    };

    public static readonly UpdateOffer Offer = new()
    {
        Version = "2.0",
        Urls = ["https://a/u.gz", "https://b/u.gz"],
        Size = 1000,
        Sha256 = "abc",
    };

    public static readonly ReleaseFacts Release = new()
    {
        Version = "2.0",
        Counter = 20,
        MinimumCounter = 5,
        PayloadId = "abc",
    };

    public static readonly IReadOnlyList<HealthCheck> Healthy =
    [
        new("node", HealthCheckKind.Node, true),
        new("network", HealthCheckKind.Network, true),
        new("cluster", HealthCheckKind.Cluster, true),
        new("web", HealthCheckKind.Custom, true),
    ];

    public UpdateSettings Settings { get; set; }

    public UpdateState State { get; private set; } = UpdateState.Initial;

    public UpdateDecision Last { get; private set; } = null!;

    public Moment Now => _now;

    public List<UpdateEvent> Told { get; } = [];

    public static LifecycleDesk Started(ulong seed = 1)
    {
        LifecycleDesk desk = new(seed);
        desk.Tell(new UpdateFact.Started(Boot));
        return desk;
    }

    public void Pass(TimeSpan time) => _now = new Moment(_now.Wall + time, _now.Uptime + time);

    /// <summary>The wall clock is set, and no time passes.</summary>
    public void SetWall(DateTimeOffset wall) => _now = _now with { Wall = wall };

    public UpdateDecision Tell(UpdateFact fact)
    {
        long before = State.LastEvent;
        Last = UpdateLifecycle.Decide(State, fact, Settings, _now, _chance.NextUInt64());
        State = Last.State;
        Told.AddRange(State.Outbox.Where(e => e.Number > before));
        return Last;
    }

    /// <summary>The node is killed and started again with what was saved.</summary>
    public UpdateDecision Restart(BootFacts boot)
    {
        if (boot.BootId != State.Boot?.BootId)
            _now = _now with { Uptime = TimeSpan.FromSeconds(30) };
        UpdateStateFile file = UpdateStateCodec.Read(UpdateStateCodec.Write(State));
        Assert.That(file.Problem, Is.Empty);
        State = file.State!;
        return Tell(new UpdateFact.Started(boot));
    }

    public UpdateDecision PassUntilDue()
    {
        if (Last.Due is { } due && due > _now.Uptime)
            Pass(due - _now.Uptime);
        return Tell(new UpdateFact.TimePassed());
    }

    public UpdateDecision Ask(UpdateWish? wish = null) => Tell(new UpdateFact.CheckAsked(wish ?? UpdateWish.None));

    public UpdateDecision Answer(UpdateOffer? offer, TimeSpan? poll = null) =>
        Tell(new UpdateFact.CheckAnswered(State.StepNumber, new CheckAnswer { Offer = offer, PollInterval = poll }));

    public UpdateDecision Fail(UpdateError code, string detail = "", bool isNoNetwork = false, int status = 0) =>
        Tell(new UpdateFact.StepFailed(
            State.StepNumber,
            new UpdateFailure(code, detail) { IsNoNetwork = isNoNetwork, HttpStatus = status }));

    public UpdateDecision Metadata(ReleaseFacts? release = null) =>
        Tell(new UpdateFact.MetadataRead(State.StepNumber, release ?? Release));

    public UpdateDecision Prepared() => Tell(new UpdateFact.Prepared(State.StepNumber, Healthy));

    public UpdateDecision Progress(long done, long total = 1000) =>
        Tell(new UpdateFact.Progressed(State.StepNumber, done, total));

    public UpdateDecision Applied() => Tell(new UpdateFact.Applied(State.StepNumber));

    public UpdateDecision Verified() => Tell(new UpdateFact.Verified(State.StepNumber));

    public UpdateDecision Finalized() => Tell(new UpdateFact.Finalized(State.StepNumber));

    public UpdateDecision Sent() => Tell(new UpdateFact.EventsSent(State.LastEvent));

    public UpdateDecision Health(IReadOnlyList<HealthCheck> checks, SiteAnswer site = SiteAnswer.Unknown) =>
        Tell(new UpdateFact.HealthSeen(State.StepNumber, new HealthReport(checks, site)));

    /// <summary>Goes the usual way up to a stage.</summary>
    public LifecycleDesk To(LifecycleStage stage, UpdateOffer? offer = null, ReleaseFacts? release = null)
    {
        (LifecycleStage After, Action Do)[] way =
        [
            (LifecycleStage.Checking, () => Ask()),
            (LifecycleStage.Available, () => Answer(offer ?? Offer)),
            (LifecycleStage.Downloading, () =>
            {
                Metadata(release);
                Prepared();
            }),
            (LifecycleStage.Verifying, () =>
            {
                Progress(1000);
                Applied();
            }),
            (LifecycleStage.Finalizing, () => Verified()),
            (LifecycleStage.NeedReboot, () => Finalized()),
            (LifecycleStage.Judging, () => Restart(NewBoot)),
        ];
        foreach ((LifecycleStage after, Action act) in way)
        {
            act();
            Assert.That(State.Stage, Is.EqualTo(after), Last.Reason);
            if (after == stage)
                return this;
        }

        throw new ArgumentOutOfRangeException(nameof(stage), stage, "not on the usual way");
    }
}
