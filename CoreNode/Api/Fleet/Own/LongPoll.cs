using System.Globalization;
using CoreNode.Api.Limits;
using CoreNode.Api.Wire;
using CoreNode.Foundation;
using CoreNode.Units.Registry;
using CoreNode.Units.Watching;

namespace CoreNode.Api.Fleet.Own;

/// <summary>
/// A listing that can wait: with ?after=INDEX it answers once something that it shows has changed after that index, or
/// when ?timeout= is over. What changes elsewhere in the registry does not end the wait.
/// </summary>
internal sealed class LongPoll(UnitsDesk desk, TimeProvider time)
{
    private static readonly TimeSpan s_standardTime = TimeSpan.FromSeconds(30);

    /// <summary>Answers {"index":N and what <paramref name="render"/> writes, which begins with a comma.</summary>
    public async Task AnswerAsync(
        FleetRequest request, RegistryFollower follower, RegistryState state,
        Action<JsonBuffer, RegistryState> render, CancellationToken stopping)
    {
        RequestContext context = request.Context;
        if (!TryReadIndex(request.Find("after"), out StoreIndex after)
            || !TryReadTime(request.Find("timeout"), out TimeSpan limit))
        {
            await context.Message(
                400, "after is the index of an earlier answer, timeout a time such as 30s or 500ms");
            return;
        }

        JsonBuffer body = new(16 << 10);
        render(body, state);
        if (request.Find("after") is not null && state.Index <= after)
        {
            if (context.Client.TryTake(Resource.Watch) is { } full)
            {
                await LimitAnswer.Message(context, full);
                return;
            }

            desk.Figures.BeginWaiting();
            try
            {
                TimeSpan patience = limit < desk.Options.LongestPoll ? limit : desk.Options.LongestPoll;
                (state, body) = await WaitAsync(context, follower, state, after, body, render, patience, stopping);
            }
            finally
            {
                desk.Figures.EndWaiting();
                context.Client.Release(Resource.Watch);
            }
        }

        JsonBuffer json = new(body.Length + 64);
        OwnAnswer.Index(json, state.Index);
        json.Raw(body.Written);
        json.Raw("}"u8);
        await OwnAnswer.JsonAsync(context, json);
    }

    /// <summary>Reads 30s, 500ms, 2m, 1h or a number of seconds.</summary>
    internal static bool TryReadTime(string? text, out TimeSpan time)
    {
        time = s_standardTime;
        if (text is null)
            return true;
        (string number, double unit) = text switch
        {
            _ when text.EndsWith("ms", StringComparison.Ordinal) => (text[..^2], 0.001),
            _ when text.EndsWith('s') => (text[..^1], 1),
            _ when text.EndsWith('m') => (text[..^1], 60),
            _ when text.EndsWith('h') => (text[..^1], 3600),
            _ => (text, 1),
        };
        bool isNumber = double.TryParse(
            number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count);
        if (!isNumber || count * unit > TimeSpan.FromDays(1).TotalSeconds)
            return false;
        time = TimeSpan.FromSeconds(count * unit);
        return true;
    }

    private static bool TryReadIndex(string? text, out StoreIndex index)
    {
        ulong value = 0;
        bool isRead = text is null
            || ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        index = new StoreIndex(value);
        return isRead;
    }

    private async Task<(RegistryState State, JsonBuffer Body)> WaitAsync(
        RequestContext context, RegistryFollower follower, RegistryState state, StoreIndex after, JsonBuffer first,
        Action<JsonBuffer, RegistryState> render, TimeSpan limit, CancellationToken stopping)
    {
        using CancellationTokenSource deadline = new(limit, time);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(
            deadline.Token, stopping, context.ClientGone);
        context.ExpectSilence();
        try
        {
            // Another node has shown more than this one knows yet: that is no news.
            if (state.Index < after)
            {
                state = await follower.WaitForIndexAsync(after, end.Token);
                first = Render(state, render);
            }

            while (true)
            {
                await follower.WaitForChangeAsync(state.Index, end.Token);
                await Task.Delay(desk.Options.PollPause, time, end.Token);
                state = follower.Current;
                JsonBuffer now = Render(state, render);
                if (!now.Written.SequenceEqual(first.Written))
                    return (state, now);
            }
        }
        catch (OperationCanceledException) when (!context.ClientGone.IsCancellationRequested)
        {
            return (state, first);
        }
    }

    private static JsonBuffer Render(RegistryState state, Action<JsonBuffer, RegistryState> render)
    {
        JsonBuffer body = new(16 << 10);
        render(body, state);
        return body;
    }
}
