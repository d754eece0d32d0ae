using System.Globalization;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Reboots;

namespace CoreNode.Tests.Reboots;

/// <summary>
/// One machine and what happens to it by chance: steps succeed, fail or hang, the node is killed, the machine restarts
/// by itself, people order, windows come and go. It knows what is really held.
/// </summary>
internal sealed class RebootWorld(Prng chance)
{
    private static readonly string[] s_windows = ["Thu 23:00 1h", "daily 02:00 3h"];
    private static readonly RebootWant s_file = new(RebootWantKind.Sentinel, "a file says so");

    private static readonly string?[] s_groups = [null, "", "g", "h"];

    private readonly StringBuilder _trail = new();
    private readonly HashSet<string> _locks = [];
    private RebootState _saved = RebootState.Initial;
    private RebootState _state = RebootState.Initial;
    private RebootDecision _last = null!;
    private RebootWant _want = RebootWant.None;
    private RebootMoment _now = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), default);
    private int _boot = 1;

    public RebootSettings Settings { get; private set; } = new()
    {
        Windows = chance.Chance(0.7) ? RebootBench.Windows(s_windows) : null,
        Fuzz = chance.Chance(0.3) ? TimeSpan.FromMinutes(20) : TimeSpan.Zero,
        Strategy = (RebootStrategy)chance.Next(4),
    };

    public Action<RebootStage, RebootStage>? OnMove { get; init; }

    public bool IsLockHeld => _locks.Count > 0;

    public bool IsCordoned { get; private set; }

    public int Reboots { get; private set; }

    public RebootState State => _state;

    public string Trail => _trail.ToString();

    public void Begin() => Start(isLost: false);

    public void Chaos(int turns)
    {
        for (int i = 0; i < turns; i++)
            Turn();
    }

    /// <summary>Nothing goes wrong any more, and nobody wants anything else.</summary>
    public void Settle(bool isWanted)
    {
        _want = isWanted ? RebootBench.Update : RebootWant.None;
        Settings = Settings with { Strategy = RebootStrategy.EtcdLock };
        Tell(new RebootFact.StrategySet(null));
        for (RebootRule rule = RebootRule.Windows; rule <= RebootRule.Fuzz; rule++)
            Tell(new RebootFact.RuleSet(rule, OrderedRules.None));
        Tell(new RebootFact.WantSeen(_want));
        for (int i = 0; i < 3000; i++)
        {
            if (_state.Stage == RebootStage.Idle && !_want.IsThere)
                return;
            if (_last.Step.Kind == RebootStepKind.Wait)
                PassTo(_last.Due ?? _now.Uptime + TimeSpan.FromMinutes(1));
            else
                Do(isGood: true);
            if (_state is { Stage: RebootStage.Rebooting, Step: RebootStepKind.Wait })
                RestartMachine();
        }
    }

    private void Turn()
    {
        switch (chance.Next(15))
        {
            case 0:
                Start(chance.Chance(0.05));
                break;
            case 1 when chance.Chance(0.3):
                RestartMachine();
                break;
            case 2:
                _want = chance.Next(3) switch
                {
                    0 => RebootWant.None,
                    1 => s_file,
                    _ => RebootBench.Update with { Text = $"{chance.Next(3)} is installed" },
                };
                Tell(new RebootFact.WantSeen(_want));
                break;
            case 3 when chance.Chance(0.4):
                Tell(new RebootFact.Asked("", chance.Chance(0.5)));
                break;
            case 4 when chance.Chance(0.3):
                Tell(new RebootFact.Cancelled());
                break;
            case 5 when chance.Chance(0.5):
                Tell(new RebootFact.StrategySet((RebootStrategy)chance.Next(4)));
                break;
            case 14 when chance.Chance(0.3):
                Rule((RebootRule)chance.Next(3));
                break;
            case 6:
                PassTo(_now.Uptime + TimeSpan.FromMinutes(chance.Next(1, 600)));
                break;
            case 7 or 8 or 9 when _last.Step.Kind == RebootStepKind.Wait:
                if (_state.Stage == RebootStage.Rebooting && chance.Chance(0.7))
                    RestartMachine();
                else
                    PassTo(_last.Due ?? _now.Uptime + TimeSpan.FromMinutes(1));
                break;
            default:
                Do(chance.Chance(0.8));
                break;
        }
    }

    private void Rule(RebootRule rule)
    {
        string? text = rule switch
        {
            RebootRule.Windows => chance.Next(3) switch { 0 => null, 1 => "", _ => s_windows[chance.Next(2)] },
            RebootRule.Group => s_groups[chance.Next(s_groups.Length)],
            _ => chance.Chance(0.5) ? null : "30m",
        };
        Tell(new RebootFact.RuleSet(rule, OrderedRules.Read(rule, text, out _)!));
    }

    private void PassTo(TimeSpan uptime)
    {
        TimeSpan time = uptime > _now.Uptime ? uptime - _now.Uptime : TimeSpan.Zero;
        _now = new RebootMoment(_now.Wall + time, _now.Uptime + time);
        if (_last.Due <= _now.Uptime)
            Tell(new RebootFact.TimePassed());
    }

    private void RestartMachine()
    {
        _boot++;
        Reboots++;
        _now = _now with { Wall = _now.Wall + TimeSpan.FromMinutes(1), Uptime = TimeSpan.FromSeconds(10) };
        if (_want.Kind != RebootWantKind.Sentinel)
            _want = RebootWant.None;
        Start(isLost: false);
    }

    private void Start(bool isLost)
    {
        _state = isLost ? RebootState.Initial : RebootStateCodec.Read(RebootStateCodec.Write(_saved)).State!;
        Tell(new RebootFact.Started(_boot.ToString(CultureInfo.InvariantCulture), isLost));
        Tell(new RebootFact.WantSeen(_want));
    }

    private void Do(bool isGood)
    {
        long number = _last.Step.Number;
        // Done, or half done: what a failure leaves is not known.
        bool isDone = isGood || chance.Chance(0.5);
        switch (_last.Step.Kind)
        {
            case RebootStepKind.Wait:
                return;
            case RebootStepKind.Look when isGood:
                Tell(new RebootFact.Looked(number, chance.Next(4) switch
                {
                    0 => RebootBench.Quorum,
                    1 => RebootBench.Alone,
                    _ => RebootPermission.Granted,
                }));
                return;
            case RebootStepKind.Warn when isGood:
                Tell(new RebootFact.Warned(number, chance.Chance(0.3) ? "alice" : ""));
                return;
            case RebootStepKind.Judge when isGood:
                Tell(new RebootFact.Judged(
                    number, chance.Chance(0.5) ? RebootVerdict.Healthy : RebootVerdict.Waiting, ""));
                return;
            case RebootStepKind.TakeLock:
                if (isDone)
                    _locks.Add(_last.Step.Group);
                break;
            case RebootStepKind.Cordon:
                IsCordoned |= isDone;
                break;
            case RebootStepKind.Uncordon:
                IsCordoned &= !isDone;
                break;
            case RebootStepKind.Release:
                if (isDone && _last.Step.IsEverywhere)
                    _locks.Clear();
                else if (isDone)
                    _locks.Remove(_last.Step.Group);
                break;
            default:
                break;
        }

        Tell(isGood ? new RebootFact.Done(number) : new RebootFact.StepFailed(number, "broken"));
    }

    // The promise of the whole order.
    private void GoesDown()
    {
        RebootSettings rules = _last.Rules;
        bool isOpen = rules.Windows is null || rules.Windows.IsOpen(_now.Wall.ToUnixTimeSeconds());
        Assert.That(isOpen || _state.Want.IsPerson, Is.True, $"outside the window\n{Trail}");
        bool asksOthers = _state.StrategyOf(rules) is RebootStrategy.EtcdLock or RebootStrategy.Off;
        Assert.That(!asksOthers || _state.IsLockAsked, Is.True, $"without the lock\n{Trail}");
        Assert.That(!_state.IsLockAsked || _state.Group == rules.Group, Is.True, $"with another lock\n{Trail}");
    }

    private void Tell(RebootFact fact)
    {
        RebootStage before = _state.Stage;
        _last = RebootOrder.Decide(_state, fact, Settings, _now, chance.NextUInt64());
        _state = _last.State;
        if (_last.IsSaveNeeded)
            _saved = _state;
        _trail.AppendLine(
            CultureInfo.InvariantCulture, $"{_now.Wall:u} {fact.GetType().Name}: {_state.Stage} {_state.Step}");
        if (before != _state.Stage)
            OnMove?.Invoke(before, _state.Stage);
        if (before != _state.Stage && _state.Stage == RebootStage.Stopping)
            GoesDown();
        Assert.That(_last.Reason, Is.Not.Empty);
        Assert.That(IsLockHeld && !_state.IsLockAsked, Is.False, $"a lock is forgotten\n{Trail}");
        Assert.That(IsCordoned && !_state.IsCordonAsked, Is.False, $"a cordon is forgotten\n{Trail}");
    }
}
