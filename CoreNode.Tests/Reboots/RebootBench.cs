using CoreNode.Foundation;
using CoreNode.Reboots;
using CoreNode.Windows;

namespace CoreNode.Tests.Reboots;

/// <summary>A service that does nothing by itself: a test tells it what happened and looks at what follows.</summary>
internal sealed class RebootBench
{
    public static readonly RebootWant Update = new(RebootWantKind.Update, "2.0 is installed");
    public static readonly RebootPermission Quorum = new("the store would lose its quorum", false);
    public static readonly RebootPermission Alone = new("the store would be away", true);

    private readonly Prng _chance = new(7);

    public RebootSettings Settings { get; set; } = new();

    /// <summary>A Sunday, noon.</summary>
    public RebootMoment Now { get; private set; } =
        new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), TimeSpan.FromSeconds(30));

    public RebootState State { get; private set; } = RebootState.Initial;

    public RebootDecision Last { get; private set; } = null!;

    public long Step => Last.Step.Number;

    public static WindowCalendar Windows(params string[] windows) =>
        new([.. windows.Select(static one => WindowText.Parse(one)!)], TimeZoneInfo.Utc);

    public static RebootBench Started(RebootSettings? settings = null)
    {
        RebootBench bench = new() { Settings = settings ?? new RebootSettings() };
        bench.Tell(new RebootFact.Started("boot-1", false));
        return bench;
    }

    public RebootDecision Tell(RebootFact fact)
    {
        Last = RebootOrder.Decide(State, fact, Settings, Now, _chance.NextUInt64());
        State = Last.State;
        return Last;
    }

    public void Pass(TimeSpan time)
    {
        Now = new RebootMoment(Now.Wall + time, Now.Uptime + time);
        if (Last.Due <= Now.Uptime)
            Tell(new RebootFact.TimePassed());
    }

    /// <summary>The node is killed and begins again with what was saved.</summary>
    public void Restart(string boot)
    {
        State = RebootStateCodec.Read(RebootStateCodec.Write(State)).State!;
        Tell(new RebootFact.Started(boot, false));
    }

    /// <summary>The step that is being done succeeds.</summary>
    public void Succeed()
    {
        Tell(Last.Step.Kind switch
        {
            RebootStepKind.Look => new RebootFact.Looked(Step, RebootPermission.Granted),
            RebootStepKind.Warn => new RebootFact.Warned(Step, ""),
            RebootStepKind.Judge => new RebootFact.Judged(Step, RebootVerdict.Healthy, ""),
            _ => new RebootFact.Done(Step),
        });
    }

    public void Fail(string text = "broken") => Tell(new RebootFact.StepFailed(Step, text));

    /// <summary>Steps succeed until that stage.</summary>
    public RebootBench To(RebootStage stage)
    {
        if (State.Stage == RebootStage.Idle && !State.Live.Seen.IsThere)
            Tell(new RebootFact.WantSeen(Update));
        for (int turns = 0; State.Stage != stage; turns++)
        {
            Assert.That(turns, Is.LessThan(40), $"never gets to {stage}");
            if (State is { Stage: RebootStage.Rebooting, Step: RebootStepKind.Wait })
            {
                Restart("boot-2");
                Tell(new RebootFact.WantSeen(RebootWant.None));
            }
            else
                Succeed();
        }

        return this;
    }
}
