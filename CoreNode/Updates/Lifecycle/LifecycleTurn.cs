using System.Globalization;
using CoreNode.Foundation;

namespace CoreNode.Updates.Lifecycle;

/// <summary>One turn of the lifecycle: the state on its way from one fact to what follows from it.</summary>
internal sealed class LifecycleTurn(UpdateState state, UpdateSettings settings, Moment now, Prng chance)
{
    /// <summary>The state so far.</summary>
    public UpdateState State { get; set; } = state;

    /// <summary>The numbers.</summary>
    public UpdateSettings Settings { get; } = settings;

    /// <summary>Now.</summary>
    public Moment Now { get; } = now;

    /// <summary>Chance, for what must not happen everywhere at once.</summary>
    public Prng Chance { get; } = chance;

    /// <summary>Why what was asked for is not done; empty: it is.</summary>
    public string Refusal { get; set; } = "";

    /// <summary>The attempt that is under way.</summary>
    public UpdateAttempt Attempt
    {
        get
        {
            Invariant.That(State.Attempt is not null, "this stage has an attempt");
            return State.Attempt;
        }
    }

    /// <summary>Goes to a stage, along an arrow, and begins a step there.</summary>
    public void Go(LifecycleStage stage, UpdateStepKind step, TimeSpan? delay = null)
    {
        bool isKnown = stage == State.Stage || LifecycleTransitions.Has(State.Stage, stage);
        Invariant.That(isKnown, "the lifecycle follows the arrows of its diagram");
        bool isResting = stage is LifecycleStage.Reporting or LifecycleStage.Idle;
        State = State with
        {
            Stage = stage,
            Step = step,
            StepNumber = State.StepNumber + 1,
            Live = State.Live with
            {
                Follow = isResting ? State.Live.Follow : null,
                StepSince = Now.Uptime,
                MovedAt = Now.Uptime,
                NotBefore = delay is { } wait ? Now.Uptime + wait : null,
            },
        };
    }

    /// <summary>Goes to rest until the next check.</summary>
    public void Rest(CheckTimes times)
    {
        State = State with
        {
            Times = times,
            Attempt = null,
            Live = LiveProgress.None with { Hold = State.Live.Hold, Follow = State.Live.Follow },
        };
        Go(LifecycleStage.Idle, UpdateStepKind.Wait);
    }

    /// <summary>Puts an event in the outbox.</summary>
    public void Tell(int type, int result, UpdateError code, string version)
    {
        if (Settings.ServerOffReason.Length > 0)
            return;
        UpdateEvent told = new()
        {
            Number = State.LastEvent + 1,
            Type = type,
            Result = result,
            Code = code,
            Version = version,
        };
        State = State with
        {
            LastEvent = told.Number,
            Outbox = Added(State.Outbox, told, UpdateState.MaxOutbox),
        };
    }

    /// <summary>Notes how something ended, for status.</summary>
    public void Note(UpdateError code, string text) =>
        State = State with { Outcome = new UpdateOutcome { At = Now.Wall, Code = code, Text = text } };

    /// <summary>Notes how an attempt ended, for status and history.</summary>
    public void Remember(UpdateAttempt attempt, UpdateError code, string text)
    {
        Note(code, text);
        HistoryEntry entry = new()
        {
            At = Now.Wall,
            FromVersion = attempt.FromVersion,
            ToVersion = attempt.ToVersion,
            Code = code,
            Text = text,
        };
        IReadOnlyList<HistoryEntry> history = State.History;
        if (history.Count > 0 && history[^1] is { } last && last.Code == code && last.ToVersion == entry.ToVersion
            && last.FromVersion == entry.FromVersion)
        {
            // The same again every 45 minutes must not push the rest out.
            entry = entry with { Times = last.Times + 1 };
            history = WithoutLast(history);
        }

        State = State with { History = Added(history, entry, UpdateState.MaxHistory) };
    }

    /// <summary>Ends an attempt that brought nothing: the server is told, and the next check is set.</summary>
    public void End(UpdateFailure failure)
    {
        UpdateAttempt attempt = Attempt;
        RetryClass retry = UpdateErrors.Of(failure.Code).Class;
        int addressBefore = State.Payload.UrlIndex;
        if (attempt is { Offer: not null, IsSwitch: false })
        {
            PayloadStanding payload = State.Payload.Failed(attempt, failure, Settings, Now.Wall, Chance);
            State = State with { Payload = payload };
        }

        int result = failure.Code switch
        {
            UpdateError.Cancelled => UpdateEvent.ResultCancelled,
            UpdateError.KnownBad => UpdateEvent.ResultDeferred,
            _ => retry == RetryClass.Policy ? UpdateEvent.ResultDeferred : UpdateEvent.ResultError,
        };
        Tell(UpdateEvent.Complete, result, failure.Code, attempt.ToVersion);
        Remember(attempt, failure.Code, failure.Text + Address(attempt, retry, addressBefore));
        UpdateWish tried = attempt.Wish with { AddressesTried = attempt.Wish.AddressesTried + 1 };
        bool isAnotherAddress = retry == RetryClass.NextUrl && attempt.Offer is { IsFromOperator: false } offer
            && (tried.IsInteractive
                ? tried.AddressesTried < offer.Urls.Count
                : State.Payload.UrlIndex > addressBefore);
        CheckTimes times = isAnotherAddress
            ? State.Times.Soon(Settings, Settings.NextUrlCheck, Now, Chance)
            : State.Times.After(Settings, null, failure.HttpStatus, Now, Chance);
        State = State with
        {
            Times = times,
            Attempt = null,
            Live = State.Live with { Follow = isAnotherAddress ? tried : null },
        };
        Go(LifecycleStage.Reporting, UpdateStepKind.Report);
    }

    // Which of several addresses it was; their paths may be secrets.
    private static string Address(UpdateAttempt attempt, RetryClass retry, int index)
    {
        if (attempt.Offer is not { Urls.Count: > 1 } offer || retry is not (RetryClass.NextUrl or RetryClass.SameUrl))
            return "";
        int at = index % offer.Urls.Count;
        string name = Uri.TryCreate(offer.Urls[at], UriKind.Absolute, out Uri? url) ? url.Authority : offer.Urls[at];
        return string.Create(CultureInfo.InvariantCulture, $" (address {at + 1} of {offer.Urls.Count}: {name})");
    }

    /// <summary>Adds strikes against a version.</summary>
    public void Blame(string version, ulong counter, string payload, int strikes, string why)
    {
        if (version.Length == 0)
            return;
        List<BadVersion> list = [];
        foreach (BadVersion bad in State.BadVersions)
        {
            if (bad.Version == version)
                strikes += bad.Counter >= counter ? bad.Strikes : 0;
            else
                list.Add(bad);
        }

        list.Add(new BadVersion
        {
            Version = version,
            Counter = counter,
            Payload = payload,
            At = Now.Wall,
            Strikes = Math.Min(strikes, BadVersion.Limit),
            Why = why,
        });
        if (list.Count > UpdateState.MaxHistory)
            list.RemoveAt(0);
        State = State with { BadVersions = list };
    }

    /// <summary>Forgets what was held against a version.</summary>
    public void Forgive(string version)
    {
        List<BadVersion> list = [];
        foreach (BadVersion bad in State.BadVersions)
        {
            if (bad.Version != version)
                list.Add(bad);
        }

        if (list.Count < State.BadVersions.Count)
            State = State with { BadVersions = list };
    }

    /// <summary>A list with one more at its end, and at most so many.</summary>
    private static List<T> Added<T>(IReadOnlyList<T> list, T item, int most)
        where T : class
    {
        List<T> longer = new(list.Count + 1);
        for (int i = Math.Max(0, list.Count + 1 - most); i < list.Count; i++)
            longer.Add(list[i]);
        longer.Add(item);
        return longer;
    }

    private static List<HistoryEntry> WithoutLast(IReadOnlyList<HistoryEntry> list)
    {
        List<HistoryEntry> shorter = [];
        for (int i = 0; i < list.Count - 1; i++)
            shorter.Add(list[i]);
        return shorter;
    }
}
