using CoreNode.Api.Client.Units;
using CoreNode.Api.Client.Updates;
using CoreNode.Updates.Desk;

namespace CoreNode.Cli.Updates;

/// <summary>
/// Follows what was ordered to its end: a line for each step, a bar while bytes come, and how it ended. A failure is
/// told with its text and code and never as "no update"; where the next address is tried soon, that is waited for. One
/// run.
/// </summary>
internal sealed class UpdateWait(UpdateCall call, UpdateGoal goal) : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    // What is further off is not waited for, nor is what is late by more.
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(60);

    private readonly List<string> _failures = [];
    private readonly ProgressLine _bar = new(call.Session.Host);
    private string _told = "";
    private bool _hasToldAway;
    private bool _isOverdue;

    /// <summary>The last attempt that the history knew before the order; null if there was none.</summary>
    public UpdateHistoryItem? Before { get; init; }

    /// <summary>
    /// Waits from what the order was answered by; null: from now on. Ctrl-C ends the wait, not the update.
    /// </summary>
    public async Task<int> RunAsync(ToldStatus? ordered)
    {
        using Interrupt interrupt = new(call.Cancellation);
        try
        {
            if (ordered is not null)
                Tell(ordered);
            return ordered is not null && IsEnd(ordered.View)
                ? await EndAsync(ordered, ordered, interrupt.Token)
                : await FollowAsync(ordered, interrupt.Token);
        }
        catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested)
        {
            _bar.Clear();
            return goal == UpdateGoal.Follow
                ? ExitCode.Done
                : call.Session.Fail(
                    ExitCode.Failed, "not waiting any longer: it goes on; `corenode update cancel` stops it");
        }
        finally
        {
            _bar.Clear();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _bar.Dispose();

    private async Task<int> FollowAsync(ToldStatus? ordered, CancellationToken cancellation)
    {
        TimeProvider time = call.Session.Host.Time;
        long answered = time.GetTimestamp();
        while (true)
        {
            AdminReply<UpdateWatch> reply = await call.Client.WatchAsync(cancellation);
            if (reply is AdminReply<UpdateWatch>.Done watch)
            {
                using UpdateWatch following = watch.Value;
                ToldStatus? last = ordered;
                while (await ReadAsync(following, last, cancellation) is { } status)
                {
                    last = status;
                    answered = time.GetTimestamp();
                    _hasToldAway = false;
                    Tell(status);
                    if (IsEnd(status.View))
                        return await EndAsync(ordered ?? status, status, cancellation);
                }
            }
            else if (reply is AdminReply<UpdateWatch>.Refused { Status: < 500 }
                || time.GetElapsedTime(answered) > call.Patience)
            {
                _bar.Clear();
                return call.Fail(reply, "following the update");
            }

            TellAway();
            await Task.Delay(s_pause, time, cancellation);
        }
    }

    private async Task<ToldStatus?> ReadAsync(UpdateWatch watch, ToldStatus? last, CancellationToken cancellation)
    {
        TimeProvider time = call.Session.Host.Time;
        TimeSpan left = last is not null && IsGoingOn(last.View)
            ? Away(last.View) + s_soon
            : Timeout.InfiniteTimeSpan;
        using CancellationTokenSource late = new(left, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            return await watch.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            _isOverdue = true;
            return last;
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException)
        {
            return null;
        }
    }

    // A node that is started anew goes on with the update by itself.
    private void TellAway()
    {
        if (_hasToldAway)
            return;
        _hasToldAway = true;
        _bar.Clear();
        call.Error.WriteLine("the node does not answer now: waiting for it");
    }

    private bool IsEnd(UpdateStatusView view) => goal switch
    {
        UpdateGoal.Follow => false,
        UpdateGoal.Switch => view.Stage is "idle" or "need-reboot",
        _ => view.Stage is "idle" or "need-reboot" or "reporting" && !IsGoingOn(view),
    };

    // It failed at one address, and the next one is about to be tried.
    private bool IsGoingOn(UpdateStatusView view) =>
        goal == UpdateGoal.Update && view.AgainAt > 0 && view.Stage is "idle" or "reporting" && !_isOverdue
        && Away(view) <= s_soon;

    private TimeSpan Away(UpdateStatusView view)
    {
        TimeSpan away = DateTimeOffset.FromUnixTimeSeconds(view.AgainAt) - call.Session.Host.Time.GetUtcNow();
        return away > TimeSpan.Zero ? away : TimeSpan.Zero;
    }

    private void Tell(ToldStatus status)
    {
        if (goal == UpdateGoal.Follow && call.IsJson)
        {
            call.Output.WriteLine(status.Json);
            call.Output.Flush();
            return;
        }

        UpdateStatusView view = status.View;
        string text = IsGoingOn(view) ? GoesOn(view) : $"{view.Stage}: {view.Reason}";
        if (text != _told && !IsEnd(view) && !call.IsJson)
        {
            _told = text;
            _bar.Clear();
            call.Output.WriteLine(text);
            call.Output.Flush();
        }

        if (view.BytesTotal > 0 && view.Stage is "downloading" or "verifying")
            _bar.Show(view.NewVersion.Length > 0 ? view.NewVersion : view.Stage, view.BytesDone, view.BytesTotal);
        else
            _bar.Clear();
    }

    private string GoesOn(UpdateStatusView view)
    {
        string failed = view.LastFailure is { } failure ? UpdateText.Failure(failure) : view.Reason;
        if (_failures.Contains(failed))
            return _told;
        _failures.Add(failed);
        return $"failed: {failed}; {UpdateText.Again(view, call.Session.Host.Time.GetUtcNow())}";
    }

    private async Task<int> EndAsync(ToldStatus ordered, ToldStatus last, CancellationToken cancellation)
    {
        _bar.Clear();
        if (call.IsJson)
            await call.Output.WriteLineAsync(last.Json);
        if (last.View.Stage == "need-reboot")
            return Say(last.View.Reason);
        UpdateHistoryItem? ended = goal == UpdateGoal.Switch ? null : await NewestAsync(cancellation);
        UpdateFailureView? failure = last.View.LastFailure;

        // Nothing was tried by what only switches: what failed before that is no news.
        bool isOld = goal == UpdateGoal.Switch && failure == ordered.View.LastFailure;
        if (_failures.Count > 0)
            return Fail(AllFailures(failure is null ? last.View.Reason : UpdateText.Failure(failure)), last.View);
        if (failure is not null && !isOld)
            return Fail(UpdateText.Failure(failure), last.View);
        if (goal == UpdateGoal.Update && ended is { Code: not (0 or IgnoredPerPolicy or DeferredPerPolicy) })
            return Fail(UpdateText.Outcome(ended), last.View);
        return Say(ended is not null ? ended.Text : last.View.Reason);
    }

    private string AllFailures(string last) =>
        string.Join("; then ", _failures.Contains(last) ? _failures : [.. _failures, last]);

    // Passed over or put off by a rule of the machine: that is what the operator wanted.
    private const int IgnoredPerPolicy = 35;
    private const int DeferredPerPolicy = 36;

    // What ended since the order; null if nothing did, as after a check that found nothing.
    private async Task<UpdateHistoryItem?> NewestAsync(CancellationToken cancellation)
    {
        AdminReply<ToldHistory> reply = await call.Client.HistoryAsync(cancellation);
        return reply is AdminReply<ToldHistory>.Done { Value.View.Entries: [.., var newest] } && newest != Before
            ? newest
            : null;
    }

    private int Say(string text)
    {
        if (!call.IsJson)
            call.Output.WriteLine(text);
        return ExitCode.Done;
    }

    private int Fail(string text, UpdateStatusView view) => call.Session.Fail(
        ExitCode.Failed,
        goal == UpdateGoal.Look ? $"the check failed: {text}" : $"no update was installed: {text}",
        $"next: {UpdateText.Next(view, call.Session.Host.Time.GetUtcNow())}");
}
