using System.Threading.Channels;
using CoreNode.Foundation;
using CoreNode.Overlay.Model;
using CoreNode.Store;

namespace CoreNode.Overlay;

/// <summary>
/// The own lease: does what <see cref="LeaseRules"/> says, one step at a time and beside the loop, which tells it the
/// answers. One owner: the loop.
/// </summary>
internal sealed class LeaseKeeper(
    IKvClient client, OverlayKeys keys, OverlayClock clock, Prng chance, ChannelWriter<OverlayMessage> told)
{
    private static readonly TimeSpan s_retryRenewal = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_answerEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_lastRetry = TimeSpan.FromSeconds(30);

    private Task _operation = Task.CompletedTask;
    private bool _isBusy;
    private TimeSpan _retry = s_firstRetry;
    private long _notBefore;
    private StoreIndex _written;
    private bool _isInDoubt;
    private long _answeredUntil;

    /// <summary>What is remembered of leases.</summary>
    public LeaseMemory Memory { get; } = new();

    /// <summary>When the lease ends; null: never, or there is none.</summary>
    public long? Until { get; private set; }

    /// <summary>When it is renewed.</summary>
    public long RenewAt { get; private set; } = OverlayClock.Never;

    /// <summary>Why there is no step although one is needed; empty if there is.</summary>
    public string Trouble { get; private set; } = "";

    /// <summary>When <see cref="Next"/> may have something new to say, if nothing else happens.</summary>
    public long DueAt => _isBusy ? OverlayClock.Never
        : Memory.Held is null || Trouble.Length > 0 ? _notBefore : Math.Max(RenewAt, _notBefore);

    /// <summary>Ends when nothing is under way any more.</summary>
    public Task Idle => _operation;

    /// <summary>
    /// Begins the next step if one is due. The step if the loop has to know of it: it was lost, or none is possible.
    /// </summary>
    public LeaseStep? Next(OverlayConfig config, LeaseBook book, OwnMachine own, CancellationToken stop)
    {
        if (_isBusy || clock.Now < _notBefore)
            return null;
        LeaseStep step = LeaseRules.Next(config, book, own, Memory, chance);
        switch (step)
        {
            case LeaseStep.Wait:
                return null;
            case LeaseStep.Keep:
                Trouble = "";
                if (book.Find(Memory.Held!.Name) is not { } entry)
                    return null;
                if (IsWrittenByOthers(entry))
                    return new LeaseStep.Shared(Memory.Held);
                if (clock.Now < RenewAt)
                    return null;
                step = new LeaseStep.Rewrite(entry, Memory.Held.Subnets);
                break;
            case LeaseStep.Lost lost:
                Memory.Lose(lost.Entry);
                SetEnd(null);
                return step;
            case LeaseStep.Full:
                bool isNew = Trouble.Length == 0;
                Trouble = "every subnet of the network is leased; make it larger, or remove leases of lost machines";
                _notBefore = clock.Now + s_lastRetry.Ticks;
                return isNew ? step : null;
            default:
                break;
        }

        _isBusy = true;
        _operation = CarryOutAsync(step, own.Text, stop);
        return null;
    }

    /// <summary>The store has answered: true if the listing is to be read again before anything else is done.</summary>
    public bool Take(OverlayMessage.Answered answer, LeaseBook book, out string fault)
    {
        _isBusy = false;
        fault = "";
        switch (answer.Outcome)
        {
            case KvOutcome.Done done:
                _retry = s_firstRetry;
                _notBefore = 0;
                Trouble = "";
                TakeDone(answer, done.Change, book);
                return false;
            case KvOutcome.Refused { Error: var error } when IsMiss(error):
                // Or it was an attempt of this one whose answer was lost.
                _isInDoubt = true;
                // Somebody was faster. What the watch tells of it may be on its way; a moment, so that it is no storm.
                if (answer.Step is LeaseStep.Create create && Memory.Held is null)
                    Memory.Refused.Add(LeaseKey.Write(create.Subnets));
                _notBefore = clock.Now + Spread(TimeSpan.FromMilliseconds(20));
                return answer.Step is not LeaseStep.Create || Memory.Held is not null || Memory.Refused.Count % 10 == 0;
            default:
                bool isRenewal = answer.Step is LeaseStep.Rewrite rewrite && rewrite.Entry.Name == Memory.Held?.Name;
                fault = $"the lease was not written: {answer.Outcome}";
                Trouble = fault;
                _notBefore = clock.Now + Spread(isRenewal ? s_retryRenewal : _retry);
                _retry = _retry * 2 < s_lastRetry ? _retry * 2 : s_lastRetry;
                _isInDoubt |= answer.Outcome is KvOutcome.Unknown;
                return answer.Outcome is KvOutcome.Unknown;
        }
    }

    /// <summary>The store is back, or something else changed: there is no reason to wait any longer.</summary>
    public void Hurry()
    {
        if (Memory.Held is null || Trouble.Length > 0)
            _notBefore = 0;
        _retry = s_firstRetry;
        Memory.Refused.Clear();
    }

    private static bool IsMiss(KvError error) =>
        error.Is(ErrorCode.CompareFailed) || error.Is(ErrorCode.KeyExists) || error.Is(ErrorCode.KeyNotFound);

    private void TakeDone(OverlayMessage.Answered answer, KvChange change, LeaseBook book)
    {
        (LeaseSubnets? subnets, bool isReserved) = answer.Step switch
        {
            LeaseStep.Create create => (create.Subnets, false),
            LeaseStep.Rewrite rewrite => (rewrite.Subnets, rewrite.Entry.Stored.Expiration is null),
            _ => (null, false),
        };
        if (subnets is null)
        {
            book.Remove(keys.NameOf(change.Node.Key) ?? "", change.Index);
            return;
        }

        string name = LeaseKey.Write(subnets);
        _written = change.Node.ModifiedIndex;
        _isInDoubt = false;
        Memory.Held = new HeldLease(name, subnets, answer.Text, isReserved);
        Memory.Previous = subnets;
        Memory.Refused.Clear();
        if (LeaseNodes.Read(keys, change.Node) is { } stored)
            book.Put(stored);
        SetEnd(isReserved ? null : answer.Began + LeaseRules.TimeToLive.Ticks);
    }

    // Without devices a machine with the same address writes the same value, and only the index tells. It is told in
    // the same way: by writing the lease again, once for a while, so that twins do not go on answering each other.
    private bool IsWrittenByOthers(LeaseEntry entry)
    {
        if (entry.Stored.Modified <= _written)
            return false;
        _written = entry.Stored.Modified;
        bool isSure = !_isInDoubt;
        _isInDoubt = false;
        if (isSure && clock.Now >= _answeredUntil)
        {
            _answeredUntil = clock.Now + s_answerEvery.Ticks;
            RenewAt = clock.Now;
        }

        return isSure;
    }

    private void SetEnd(long? until)
    {
        Until = until;
        // Machines that started together do not renew together.
        RenewAt = until is { } end
            ? end - LeaseRules.RenewBefore.Ticks - (Spread(TimeSpan.FromMinutes(1)) / 2) : OverlayClock.Never;
    }

    private long Spread(TimeSpan span) => (long)(span.Ticks * (0.75 + (chance.NextDouble() / 2)));

    private async Task CarryOutAsync(LeaseStep step, string text, CancellationToken stop)
    {
        long began = clock.Now;
        Task<KvOutcome> asked;
        switch (step)
        {
            case LeaseStep.Create create:
                string name = LeaseKey.Write(create.Subnets);
                Memory.Attempted.Add(name);
                asked = client.SetAsync(
                    keys.Lease(name), text,
                    new KvSetOptions { MustExist = false, TimeToLive = LeaseRules.TimeToLive }, stop);
                break;
            case LeaseStep.Rewrite rewrite:
                StoredLease stored = rewrite.Entry.Stored;
                asked = client.SetAsync(
                    keys.Lease(stored.Name), text,
                    new KvSetOptions
                    {
                        PreviousIndex = stored.Modified,
                        TimeToLive = stored.Expiration is null ? null : LeaseRules.TimeToLive,
                    },
                    stop);
                break;
            case LeaseStep.Delete delete:
                asked = client.DeleteAsync(
                    keys.Lease(delete.Entry.Name),
                    new KvDeleteOptions { PreviousIndex = delete.Entry.Stored.Modified }, stop);
                break;
            default:
                throw new InvalidOperationException($"no such step: {step.GetType().Name}");
        }

        await told.WriteAsync(new OverlayMessage.Answered(step, text, await asked, began), stop);
    }
}
