using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using CoreNode.Proxy;

namespace CoreNode.Api.Relay;

/// <summary>
/// Forwards a request to the first member that can be asked and passes its answer on as it comes. What is sent again,
/// and what never, says <see cref="ForwardRule"/>; nothing else here repeats anything.
/// </summary>
internal sealed class Forwarder(
    Upstreams upstreams, MemberFollower follower, CorsPolicy cors, RelayFigures figures, CancellationToken stopping)
{
    // An answer up to this length is passed on only once all of it is there.
    private const int MostAtOnce = 32 << 10;

    private static readonly Action<object?> s_cut = static connection => ((UpstreamConnection)connection!).Cut();

    private readonly RelayOptions _options = upstreams.Options;
    private readonly TimeProvider _time = upstreams.Time;
    private readonly Action<UpstreamConnection> _renewAnswer = connection =>
        connection.SetDeadline(Deadline(upstreams.Time, upstreams.Options.AnswerTimeout));

    /// <summary>Forwards until the client has an answer.</summary>
    public async ValueTask ForwardAsync(RequestContext context, ForwardedRequest request)
    {
        UpstreamOrder order = upstreams.Order;
        string reason = "no member is known yet";
        bool isFresh = false;
        bool isTimeout = false;
        for (int at = 0; at < order.All.Length;)
        {
            Upstream upstream = order.All[at];
            Attempt attempt = await AttemptAsync(context, upstream, request, isFresh);
            if (attempt.Fault == ForwardFault.None)
            {
                figures.Forwarded.Increment();
                Judge(upstream, attempt.Status, order.Answers[at]);
                return;
            }

            reason = $"{upstream.Route}: {attempt.Reason}";
            isTimeout = attempt.Fault == ForwardFault.TimedOut;
            Judge(upstream, attempt);
            switch (ForwardRule.Next(request.Kind, attempt.Fault, at + 1 < order.All.Length))
            {
                case ForwardStep.SameMember:
                    isFresh = true;
                    figures.Retried.Increment();
                    Clear(context);
                    continue;
                case ForwardStep.NextMember:
                    isFresh = false;
                    at++;
                    figures.Retried.Increment();
                    Clear(context);
                    continue;
                case ForwardStep.TellUnreached:
                    at = order.All.Length;
                    break;
                case ForwardStep.TellLost:
                    figures.Lost.Increment();
                    Clear(context);
                    await RelayAnswers.Lost(context, request.IsKey, isTimeout, reason);
                    return;
                case ForwardStep.TellUnknown:
                    figures.Unknown.Increment();
                    Clear(context);
                    await RelayAnswers.Unknown(context, request.IsKey, isTimeout, reason);
                    return;
                case ForwardStep.EndAnswer:
                    figures.Cut.Increment();
                    return;
                default:
                    throw new InvalidOperationException("an unknown step");
            }
        }

        figures.Unreached.Increment();
        Clear(context);
        await RelayAnswers.Unreached(context, request.IsKey, reason);
    }

    private static long Deadline(TimeProvider time, TimeSpan limit) =>
        time.GetTimestamp() + (long)(limit.TotalSeconds * time.TimestampFrequency);

    // What a refused answer may have left.
    private void Clear(RequestContext context)
    {
        bool hasCors = context.Headers.AccessControlAllowOrigin.Count > 0;
        context.Headers.Clear();
        context.Status = 200;
        if (hasCors)
            cors.Apply(context);
    }

    private void Judge(Upstream upstream, int status, bool wasKnownToAnswer)
    {
        if (status >= 500)
            follower.ReportDoubt(upstream.Route);
        else if (!wasKnownToAnswer)
            follower.ReportAnswer(upstream.Route);
    }

    private void Judge(Upstream upstream, Attempt attempt)
    {
        switch (attempt.Fault)
        {
            case ForwardFault.NotConnected:
            case ForwardFault.Broken:
            case ForwardFault.TimedOut:
                follower.ReportFailure(upstream.Route, attempt.Reason);
                break;
            default:
                follower.ReportDoubt(upstream.Route);
                break;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Attempt> AttemptAsync(
        RequestContext context, Upstream upstream, ForwardedRequest request, bool isFresh)
    {
        UpstreamConnection? connection = isFresh ? null : upstream.TryTake();
        if (connection is null)
        {
            try
            {
                connection = await upstream.ConnectAsync(CancellationToken.None);
            }
            catch (IOException fault)
            {
                return Attempt.Failed(ForwardFault.NotConnected, fault.Message);
            }
        }

        bool isReusable = false;
        try
        {
            connection.Listen();
            bool isSent = await SendAsync(context, upstream, connection);
            connection.SetDeadline(Deadline(
                _time, request.IsPlainRead ? _options.ReadTimeout : _options.AnswerTimeout));
            AnswerHead head = await ReadHeadAsync(context, connection);
            AnswerBody body = head.Body(context.IsHead);
            await ReadShortAsync(connection, body);
            if (!isSent)
                EndAfterAnswer(context);
            byte last = (byte)'\n';
            bool isSane = TryPass(context, connection, ref body, ref last);
            Attempt attempt = !isSane ? Cut(context, "its answer is framed wrongly")
                : body.IsDone ? Attempt.Done(head.Status)
                : await PassAsync(context, connection, body, last, head.Status, request.Kind == RequestKind.Wait);
            isReusable = attempt.IsWhole && head.KeepsAlive && isSent
                && connection.TryLiftDeadline() && connection.Received.IsEmpty && !connection.IsCut;
            return attempt;
        }
        catch (UpstreamException fault)
        {
            ForwardFault kind = connection.IsExpired ? ForwardFault.TimedOut
                : connection.IsUsed ? ForwardFault.StaleConnection
                : ForwardFault.Broken;
            return Attempt.Failed(
                kind, kind == ForwardFault.TimedOut ? "no answer in time" : fault.Message);
        }
        finally
        {
            if (isReusable)
                upstream.Return(connection);
            else
                upstream.Drop(connection);
        }
    }

    private async ValueTask<bool> SendAsync(RequestContext context, Upstream upstream, UpstreamConnection connection)
    {
        if (!context.CanHaveBody)
        {
            byte[] room = ArrayPool<byte>.Shared.Rent(RequestHead.MostBytes(context, upstream));
            try
            {
                int count = RequestHead.Write(context, upstream, 0, room);
                _renewAnswer(connection);
                await connection.SendAsync(room.AsMemory(0, count));
                return true;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(room);
            }
        }

        try
        {
            return await RequestSender.SendAsync(context, upstream, connection, _renewAnswer);
        }
        catch (UpstreamException) when (connection.HasNews)
        {
            // It refused the body without reading it and closed; what it said is here.
            return false;
        }
    }

    private static void EndAfterAnswer(RequestContext context)
    {
        context.Body = BodyState.Refused;
        context.CloseAfterAnswer();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<AnswerHead> ReadHeadAsync(RequestContext context, UpstreamConnection connection)
    {
        while (true)
        {
            if (!AnswerHead.TryRead(connection.Received, context, out AnswerHead head))
                throw new UpstreamException("its answer is no HTTP");
            connection.Take(head.Length);
            if (head is { Length: > 0, Status: >= 200 })
                return head;
            if (head.Length == 0 && !await connection.FillAsync())
                throw new UpstreamException("the connection was closed before the answer came");
        }
    }

    // A short answer is passed on only as a whole: until then a read can be sent again.
    private static async ValueTask ReadShortAsync(UpstreamConnection connection, AnswerBody body)
    {
        if (body.Left is not { } left || left > MostAtOnce)
            return;
        while (connection.Received.Length < left)
        {
            if (!await connection.FillAsync())
                throw new UpstreamException("the connection was closed in the middle of the answer");
        }
    }

    // Writes what has come of the body; false if it makes no sense.
    private static bool TryPass(
        RequestContext context, UpstreamConnection connection, ref AnswerBody body, ref byte last)
    {
        while (true)
        {
            if (!body.TryRead(connection.Received, out int consumed, out ReadOnlySpan<byte> data))
                return false;
            if (consumed == 0)
                return true;
            context.Write(data);
            if (!data.IsEmpty)
                last = data[^1];
            connection.Take(consumed);
        }
    }

    // The end of a watch is no fault as long as its events are whole: the client asks again. Of anything else it must
    // see that it is not all there.
    private static Attempt Cut(RequestContext context, string reason, bool isWhole = false)
    {
        if (!isWhole)
            context.Abort();
        return Attempt.Failed(ForwardFault.CutOff, reason);
    }

    private async ValueTask<Attempt> PassAsync(
        RequestContext context, UpstreamConnection connection, AnswerBody body, byte last, int status, bool isWait)
    {
        using CancellationTokenRegistration gone =
            isWait ? context.ClientGone.UnsafeRegister(s_cut, connection) : default;
        using CancellationTokenRegistration stop = isWait ? stopping.UnsafeRegister(s_cut, connection) : default;
        string reason = "the connection was closed in the middle of the answer";
        if (!isWait)
            connection.ExpectMuch();
        try
        {
            while (true)
            {
                FlushResult flushed = await context.FlushAsync();
                if (flushed.IsCompleted || flushed.IsCanceled)
                    return Attempt.Left(status);
                connection.SetDeadline(isWait ? 0 : Deadline(_time, _options.IdleTimeout));
                if (isWait)
                    await connection.WaitAsync();
                bool hasMore = await connection.FillAsync();
                if (!hasMore && body.EndsWithConnection)
                    return Attempt.Left(status);
                if (!hasMore)
                    break;
                if (!TryPass(context, connection, ref body, ref last))
                    return Cut(context, "its answer is framed wrongly");
                if (body.IsDone)
                {
                    // Kestrel leaves the rest of an answer that it has begun to send, and whose length it knows, to us.
                    await context.FlushAsync();
                    return Attempt.Done(status);
                }
            }
        }
        catch (UpstreamException fault)
        {
            reason = fault.Message;
        }

        return isWait && (context.ClientGone.IsCancellationRequested || stopping.IsCancellationRequested)
            ? Attempt.Left(status)
            : Cut(context, reason, isWait && last == '\n');
    }
}
