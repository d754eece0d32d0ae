using System.Globalization;
using CoreNode.Foundation;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.Updates.Lifecycle;

/// <summary>
/// A machine with two slots, a boot stage, a server and a client that does the steps, all by chance: steps fail, the
/// node is killed before and after what a step does, the machine reboots at any moment, versions do not come up or are
/// sick. What must always hold is looked at after everything that happens.
/// </summary>
internal sealed class LifecycleWorld
{
    private readonly Prng _chance;
    private readonly WorldSlot[] _slots = [new("A"), new("B")];
    private readonly UpdateSettings _settings = new();
    private readonly List<string> _trail = [];
    private readonly HashSet<string> _wentBack = [];
    private byte[] _saved = UpdateStateCodec.Write(UpdateState.Initial);
    private UpdateState _state = UpdateState.Initial;
    private UpdateDecision _last = null!;
    private Moment _now = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), TimeSpan.FromSeconds(10));
    private int _running;
    private int _boots;
    private int _release = 2;
    private bool _isQuiet;
    private long _lastEvent;

    public LifecycleWorld(Prng chance)
    {
        _chance = chance;
        _slots[0].Priority = 1;
        _slots[0].IsGood = true;
        _slots[0].IsVerified = true;
        _slots[0].Version = "1.0";
        _slots[0].Counter = 1;
        Start();
    }

    public Action<LifecycleStage, LifecycleStage>? OnMove { get; set; }

    public UpdateState State => _state;

    public string RunningVersion => Running.Version;

    public string NewestVersion => VersionOf(_release);

    public string Trail => string.Join('\n', _trail.TakeLast(60));

    private WorldSlot Running => _slots[_running];

    private WorldSlot Other => _slots[1 - _running];

    /// <summary>So many things happen by chance.</summary>
    public void Chaos(int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            Happen();
            Check();
        }
    }

    /// <summary>From now on nothing fails, a good version is there, and the operator only reboots when told.</summary>
    public void Settle(int steps)
    {
        _isQuiet = true;
        _release += 2 - (_release % 2);
        Tell(new UpdateFact.Held(""));
        Tell(new UpdateFact.PinAsked(""));
        for (int i = 0; i < steps && (RunningVersion != NewestVersion || !Running.IsGood); i++)
        {
            if (_state.Stage == LifecycleStage.NeedReboot && _last.Step.Kind == UpdateStepKind.Wait)
                Reboot();
            else
                Work();
            Check();
        }
    }

    private static string VersionOf(int release) =>
        release.ToString(CultureInfo.InvariantCulture) + ".0";

    // Every odd version is sick or does not come up at all.
    private static bool IsSick(string version) => (version[^3] - '0') % 2 == 1 && version != "1.0";

    private void Happen()
    {
        switch (_chance.Next(20))
        {
            case 0:
                Kill();
                break;
            case 1 when _chance.Chance(0.5):
                Reboot();
                break;
            case 2:
                Operator();
                break;
            case 3:
                Pass(TimeSpan.FromMinutes(_chance.Next(1, 90)));
                Tell(new UpdateFact.TimePassed());
                break;
            case 4 when _chance.Chance(0.3):
                _release++;
                break;
            case 5 when _chance.Chance(0.3):
                Tell(new UpdateFact.Held(_chance.Chance(0.3) ? "held" : ""));
                break;
            case 6:
                Tell(new UpdateFact.EventsSent(_chance.Next((int)_state.LastEvent + 1)));
                break;
            default:
                Work();
                break;
        }
    }

    private void Operator()
    {
        UpdateWish wish = new()
        {
            IsInteractive = _chance.Chance(0.7),
            IsLookOnly = _chance.Chance(0.1),
            IsBadAccepted = false,
        };
        UpdateFact fact = _chance.Next(8) switch
        {
            0 or 1 => new UpdateFact.CheckAsked(wish),
            2 => new UpdateFact.ApplyAsked(Offer(), wish),
            3 => new UpdateFact.CancelAsked(),
            4 => new UpdateFact.ResetAsked(),
            5 => new UpdateFact.PinAsked(_chance.Chance(0.8) ? "" : "1"),
            _ => new UpdateFact.RollbackAsked(Boot()),
        };
        Tell(fact);
    }

    // The client does its step, or a part of it, or is killed before or after.
    private void Work()
    {
        UpdateStep step = _last.Step;
        Pass(TimeSpan.FromSeconds(_chance.Next(1, 20)));
        if (step.NotBefore is { } notBefore && notBefore > _now.Uptime)
            Pass(notBefore - _now.Uptime);
        if (!_isQuiet && _chance.Chance(0.12) && step.Kind != UpdateStepKind.Wait)
        {
            UpdateError[] codes = Enum.GetValues<UpdateError>();
            UpdateFailure failure = new(codes[1 + _chance.Next(codes.Length - 1)])
            {
                IsNoNetwork = _chance.Chance(0.3),
                HttpStatus = _chance.Chance(0.2) ? 503 : 0,
            };
            Tell(new UpdateFact.StepFailed(step.Number, failure));
            return;
        }

        UpdateFact fact = Do(step);
        if (!_isQuiet && _chance.Chance(0.08))
            KillOrReboot();
        else if (fact is not UpdateFact.Started)
            Tell(fact);
    }

    private UpdateFact Do(UpdateStep step)
    {
        switch (step.Kind)
        {
            case UpdateStepKind.Wait:
                if (_last.Due is { } due && due > _now.Uptime)
                    Pass(due - _now.Uptime);
                return new UpdateFact.TimePassed();
            case UpdateStepKind.Check or UpdateStepKind.Ping:
                bool isOffered = step.Kind == UpdateStepKind.Check && RunningVersion != NewestVersion
                    && (_isQuiet || _chance.Chance(0.9));
                CheckAnswer answer = new() { Offer = isOffered ? Offer() : null };
                return new UpdateFact.CheckAnswered(step.Number, answer);
            case UpdateStepKind.FetchMetadata:
                return new UpdateFact.MetadataRead(step.Number, Release(step.Offer!));
            case UpdateStepKind.Apply or UpdateStepKind.Verify when step.IsPaused:
                return new UpdateFact.TimePassed();
            case UpdateStepKind.Apply when _chance.Chance(0.6):
                return new UpdateFact.Progressed(step.Number, _chance.Next(1000), 1000);
            case UpdateStepKind.Report:
                return new UpdateFact.EventsSent(_state.LastEvent);
            case UpdateStepKind.JudgeHealth:
                Pass(TimeSpan.FromMinutes(_chance.Next(1, 4)));
                return new UpdateFact.HealthSeen(step.Number, Health());
            default:
                return DoToSlots(step);
        }
    }

    private UpdateFact DoToSlots(UpdateStep step)
    {
        switch (step.Kind)
        {
            case UpdateStepKind.Prepare:
                Clear(Slot(step));
                return new UpdateFact.Prepared(step.Number, LifecycleDesk.Healthy);
            case UpdateStepKind.Apply:
                Slot(step).Version = step.Release!.Version;
                Slot(step).Counter = step.Release.Counter;
                return new UpdateFact.Applied(step.Number);
            case UpdateStepKind.Verify:
                Slot(step).IsVerified = true;
                return new UpdateFact.Verified(step.Number);
            case UpdateStepKind.Finalize:
                Mark(Slot(step), 1, false);
                return new UpdateFact.Finalized(step.Number);
            case UpdateStepKind.SwitchSlot:
                Mark(Slot(step), 0, true);
                return new UpdateFact.Finalized(step.Number);
            case UpdateStepKind.Unmark:
                Mark(Running, Running.Tries, Running.IsGood);
                Clear(Other, isKept: Other.IsGood);
                return new UpdateFact.Finalized(step.Number);
            case UpdateStepKind.MarkGood:
                Mark(Running, 0, true);
                return new UpdateFact.MarkedGood(step.Number);
            case UpdateStepKind.Reboot:
                if (!_isQuiet && _chance.Chance(0.2))
                {
                    ComeUp();
                    return new UpdateFact.Started(Boot());
                }

                Mark(Other, Other.Tries, Other.IsGood);
                Reboot();
                return new UpdateFact.Started(Boot());
            default:
                throw new ArgumentOutOfRangeException(nameof(step), step.Kind, "no such step");
        }
    }

    private void Mark(WorldSlot slot, int tries, bool isGood)
    {
        foreach (WorldSlot other in _slots)
            other.Priority = Math.Min(other.Priority, 1);
        slot.Priority = 2;
        slot.Tries = tries;
        slot.IsGood = isGood;
    }

    private static void Clear(WorldSlot slot, bool isKept = false)
    {
        slot.Priority = isKept ? slot.Priority : 0;
        slot.Tries = 0;
        if (isKept)
            return;
        slot.IsGood = false;
        slot.IsVerified = false;
    }

    private UpdateOffer Offer() => new()
    {
        Version = NewestVersion,
        Urls = ["https://a/", "https://b/"],
        Size = 1000,
        Sha256 = "payload-" + NewestVersion,
        IsDelta = _chance.Chance(0.3),
        IsBackoffOff = _isQuiet,
    };

    private static ReleaseFacts Release(UpdateOffer offer) => new()
    {
        Version = offer.Version,
        Counter = ulong.Parse(offer.Version[..^2], CultureInfo.InvariantCulture),
        PayloadId = offer.Sha256,
    };

    private HealthReport Health()
    {
        bool isCut = !_isQuiet && _chance.Chance(0.2);
        HealthCheck[] checks =
        [
            new("node", HealthCheckKind.Node, !IsSick(RunningVersion)),
            new("network", HealthCheckKind.Network, !isCut),
            new("cluster", HealthCheckKind.Cluster, !isCut),
        ];
        SiteAnswer site = isCut ? (SiteAnswer)_chance.Next(Enum.GetValues<SiteAnswer>().Length) : SiteAnswer.Unknown;
        return new HealthReport(checks, site);
    }

    private WorldSlot Slot(UpdateStep step)
    {
        WorldSlot slot = _slots.Single(s => s.Name == step.Slot);
        bool isWriting = step.Kind is UpdateStepKind.Prepare or UpdateStepKind.Apply or UpdateStepKind.Verify
            or UpdateStepKind.Finalize;
        Assert.That(isWriting && slot == Running, Is.False, $"writes where it runs\n{Trail}");
        Assert.That(step.Kind == UpdateStepKind.Apply && slot.IsBootable, Is.False, $"writes a bootable slot\n{Trail}");
        Assert.That(step.Kind == UpdateStepKind.Finalize && !slot.IsVerified, Is.False, $"marks unverified\n{Trail}");
        return slot;
    }

    private BootFacts Boot() => new()
    {
        BootId = $"boot-{_boots}",
        Slot = Running.Name,
        Version = Running.Version,
        Counter = Running.Counter,
        OtherSlot = Other.Name,
        OtherVersion = Other.IsVerified ? Other.Version : "",
        IsMarkedGood = Running.IsGood,
        IsOtherGood = Other is { IsGood: true, IsVerified: true },
        IsOtherTried = Other is { Priority: > 0, Tries: 0, IsGood: false },
        IsOtherNext = Other.IsBootable && (!Running.IsBootable || Next() == Other),
    };

    private WorldSlot Next()
    {
        WorldSlot? next = null;
        foreach (WorldSlot slot in _slots)
        {
            if (slot.IsBootable && (next is null || slot.Priority > next.Priority))
                next = slot;
        }

        Assert.That(next, Is.Not.Null, $"no slot can be booted\n{Trail}");
        return next!;
    }

    private void Reboot()
    {
        for (int tries = 0; tries < 4; tries++)
        {
            WorldSlot next = Next();
            Assert.That(next.IsVerified, Is.True, $"boots what was not verified\n{Trail}");
            next.Tries = Math.Max(0, next.Tries - 1);
            _running = Array.IndexOf(_slots, next);
            _boots++;
            // Some sick versions do not come up at all; one that is marked good did so once.
            bool isUp = next.IsGood || !IsSick(next.Version) || _chance.Chance(0.5);
            _trail.Add($"boot {_boots} of {next.Name} {next.Version} {(isUp ? "up" : "dead")}");
            if (!isUp)
                continue;
            ComeUp();
            return;
        }
    }

    private void ComeUp()
    {
        _boots++;
        _now = _now with { Uptime = TimeSpan.FromSeconds(10) };
        Start();
    }

    private void KillOrReboot()
    {
        if (_chance.Chance(0.5))
            Kill();
        else
            Reboot();
    }

    private void Kill()
    {
        _trail.Add("killed");
        if (!_isQuiet && _chance.Chance(0.03))
        {
            _trail.Add("the file is lost");
            _saved = UpdateStateCodec.Write(UpdateState.Initial);
        }

        Start();
    }

    private void Start()
    {
        UpdateStateFile file = UpdateStateCodec.Read(_saved);
        Assert.That(file.Problem, Is.Empty);
        _state = file.State!;
        _lastEvent = _state.LastEvent;
        Tell(new UpdateFact.Started(Boot()));
    }

    private void Tell(UpdateFact fact)
    {
        LifecycleStage before = _state.Stage;
        int bad = _state.BadVersions.Count;
        _last = UpdateLifecycle.Decide(_state, fact, _settings, _now, _chance.NextUInt64());
        _state = _last.State;
        _trail.Add($"{fact.GetType().Name}: {_state.Stage} {_last.Step.Kind} #{_last.Step.Number} {_last.Reason}");
        if (_state.BadVersions.Count > bad && _state.BadVersions[^1].IsRefused)
            _wentBack.Add(_state.BadVersions[^1].Version);
        if (before != _state.Stage)
            OnMove?.Invoke(before, _state.Stage);
        // Killed before the state was saved, or after; but never with a step begun that was not saved.
        if (_last.IsSaveNeeded)
            _saved = UpdateStateCodec.Write(_state);
    }

    private void Check()
    {
        _ = Next();
        Assert.That(_last.Reason, Is.Not.Empty.And.Not.Contains("\n"), Trail);
        bool canGoOn = _last.Due is not null || _last.Step.Kind is not UpdateStepKind.Wait;
        Assert.That(canGoOn, Is.True, $"stuck\n{Trail}");
        Assert.That(_state.LastEvent, Is.GreaterThanOrEqualTo(_lastEvent), $"forgets an event\n{Trail}");
        _lastEvent = _state.LastEvent;
        Assert.That(_state.Outbox.Select(e => e.Number), Is.Ordered, Trail);
        if (_state is { Stage: LifecycleStage.Downloading, Attempt: { } attempt })
            Assert.That(RefusedVersions(), Does.Not.Contain(attempt.ToVersion), $"takes a bad version\n{Trail}");
    }

    private IEnumerable<string> RefusedVersions() =>
        _wentBack.Where(v => _state.BadVersions.Any(b => b.Version == v && b.IsRefused));

    private void Pass(TimeSpan time) => _now = new Moment(_now.Wall + time, _now.Uptime + time);
}
