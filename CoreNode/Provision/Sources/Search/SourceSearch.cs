using System.Threading.Channels;
using CoreNode.Provision.Model;
using CoreNode.Provision.Sources.Choice;

namespace CoreNode.Provision.Sources.Search;

/// <summary>
/// Asks all sources at the same time, each again and again with longer and longer waits, until enough is known or the
/// time is over. One search at a time.
/// </summary>
/// <param name="limits">How long.</param>
/// <param name="time">Clock of all waits.</param>
/// <param name="tell">Told who is waited for and why; by one caller at a time.</param>
public sealed class SourceSearch(SearchLimits limits, TimeProvider time, Action<SearchProgress> tell)
{
    /// <summary>Runs until it has what is to be applied, or cannot have it.</summary>
    public async Task<SearchResult> RunAsync(IReadOnlyList<SourceEntry> entries, CancellationToken cancellation)
    {
        SearchBoard board = new(entries);
        Channel<PollAnswer> answers = Channel.CreateBounded<PollAnswer>(Math.Max(1, entries.Count));
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task[] polls = new Task[entries.Count];
        for (int i = 0; i < polls.Length; i++)
            polls[i] = PollAsync(i, entries[i].Source, answers.Writer, stop.Token);
        try
        {
            await CollectAsync(entries, board, answers.Reader, cancellation);
        }
        finally
        {
            // Not CancelAsync: what waits goes on where it was, and not on the pool.
            stop.Cancel();
            await Task.WhenAll(polls);
        }

        return board.Result();
    }

    private async Task CollectAsync(
        IReadOnlyList<SourceEntry> entries, SearchBoard board, ChannelReader<PollAnswer> answers,
        CancellationToken cancellation)
    {
        long began = time.GetTimestamp();
        TimeSpan? graceEnd = null;
        bool isGraceOver = false;
        while (!board.IsEnough(isGraceOver))
        {
            TimeSpan now = time.GetElapsedTime(began);
            if (now >= limits.Total)
                return;
            if (graceEnd is null && board.HasCandidate)
            {
                graceEnd = now + limits.Grace;
                tell(new SearchProgress(
                    board.Awaited, SourceState.Waiting,
                    $"user data are there; this is waited for up to {limits.Grace.TotalSeconds:0.#} s more",
                    0, TimeSpan.Zero, limits.Total - now));
            }

            TimeSpan end = graceEnd is { } grace && !isGraceOver && grace < limits.Total ? grace : limits.Total;
            PollAnswer? answer = await NextAsync(answers, end - now, cancellation);
            if (answer is null)
            {
                isGraceOver = graceEnd is not null;
                continue;
            }

            board.Take(answer);
            tell(new SearchProgress(
                entries[answer.Index].Source.Name, answer.State, answer.Reason, answer.Attempt, answer.NextIn,
                limits.Total - time.GetElapsedTime(began)));
        }
    }

    // Null: it did not come in time.
    private async Task<PollAnswer?> NextAsync(
        ChannelReader<PollAnswer> answers, TimeSpan patience, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = new(patience > TimeSpan.Zero ? patience : TimeSpan.Zero, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            return await answers.ReadAsync(both.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task PollAsync(
        int index, IDataSource source, ChannelWriter<PollAnswer> answers, CancellationToken stop)
    {
        TimeSpan wait = limits.FirstWait;
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                PollAnswer answer = await AskAsync(index, attempt, source, wait, stop);
                await answers.WriteAsync(answer, stop);
                if (answer.State != SourceState.Waiting)
                    return;
                await Task.Delay(wait, time, stop);
                wait = wait * 2 < limits.LongestWait ? wait * 2 : limits.LongestWait;
            }
        }
        catch (OperationCanceledException)
        {
            // The search is over.
        }
        catch (Exception broken)
        {
            // An error of the program's: the search ends with it.
            answers.TryComplete(broken);
        }
    }

    private static async Task<PollAnswer> AskAsync(
        int index, int attempt, IDataSource source, TimeSpan wait, CancellationToken stop)
    {
        try
        {
            UserData? data = await source.FetchAsync(stop);
            SourceState state = data is null ? SourceState.Nothing : SourceState.Found;
            return new PollAnswer(index, attempt, state, data, "", TimeSpan.Zero);
        }
        catch (SourceException failed)
        {
            return failed.IsFinal
                ? new PollAnswer(index, attempt, SourceState.Failed, null, failed.Message, TimeSpan.Zero)
                : new PollAnswer(index, attempt, SourceState.Waiting, null, failed.Message, wait);
        }
        catch (IOException failed)
        {
            return new PollAnswer(index, attempt, SourceState.Waiting, null, failed.Message, wait);
        }
    }
}
