using System.Buffers;
using System.IO.Pipelines;
using CoreNode.Api.Auth;
using CoreNode.Api.Limits;
using CoreNode.Api.Wire;
using CoreNode.Store;

namespace CoreNode.Api;

/// <summary>
/// /v2/keys: reads come from the published state, on the calling thread and without waiting; writes go through the
/// log; listings and watches are handed on.
/// </summary>
internal sealed class KeysEndpoint(
    ApiOptions options, IKeyStore store, TimeProvider time, WatchEndpoint watches, ListingEndpoint listings)
{
    /// <summary>Bytes of "/v2/keys", which comes before each key in a path.</summary>
    public const int PrefixLength = 8;

    // Answering a small write where it was applied saves a thread switch; a large one would delay the others.
    private const int MaxBytesOnOwnerThread = 16 << 10;

    // Counting less than this is not worth it: the number of writes that wait bounds their sum.
    private const int SmallFormBytes = 1024;

    private IndexHeaders? _lastPosition;

    /// <summary>GET and HEAD.</summary>
    public Task Read(RequestContext context, in RequestTarget target, RequestScratch scratch)
    {
        Span<byte> room = target.Query.IsEmpty ? default : scratch.Form(target.Query.Length);
        KeyError? error = KeyParameters.Parse(
            context.Method, target.Query, default, null, room, out KeyParameters parameters);
        error ??= Refusal(context, target.Path, isWrite: false, parameters.IsRecursive);
        if (error is not null)
            return KeyAnswer.Fail(context, error);
        ReadOnlySpan<byte> key = Key(target.Path);
        if (parameters.IsQuorum && !context.IsHead)
            return ReadQuorumAsync(context, key.ToArray(), parameters.IsRecursive).AsTask();
        if (parameters.IsWait)
        {
            return watches.RunAsync(context, new WatchRequest(
                key.ToArray(), parameters.IsRecursive, parameters.IsStream, parameters.WaitIndex));
        }

        return AnswerRead(context, store.Current, key, parameters.IsRecursive);
    }

    /// <summary>PUT, POST and DELETE.</summary>
    public Task Write(RequestContext context, in RequestTarget target, RequestScratch scratch)
    {
        string? formError = null;
        bool isForm = context.Method != "DELETE" && MediaType.IsForm(context.RequestHeaders.ContentType, out formError);
        if (!isForm || !context.CanHaveBody)
            return Submit(context, target, default, formError, scratch);
        PipeReader body = context.BodyPipe;
        if (body.TryRead(out ReadResult read))
        {
            ReadOnlySequence<byte> form = read.Buffer;
            if (read.IsCompleted && form.IsSingleSegment && form.FirstSpan.Length <= options.Limits.MaxFormBytes)
            {
                KeyError? error = Encode(
                    context, target, form.FirstSpan, formError, scratch, out byte[] command, out bool noValue);
                int length = form.FirstSpan.Length;
                body.AdvanceTo(form.End);
                context.Body = BodyState.Read;
                if (length > SmallFormBytes && context.TakeBodyRoom(length) is { } noRoom)
                    return LimitAnswer.RefuseKey(context, noRoom);
                return Propose(context, error, command, noValue);
            }

            body.AdvanceTo(form.Start);
        }

        return WriteLaterAsync(context, formError).AsTask();
    }

    private static ReadOnlySpan<byte> Key(ReadOnlySpan<byte> path)
    {
        ReadOnlySpan<byte> key = path[PrefixLength..];
        if (key.Length > 1 && key[^1] == '/')
            key = key[..^1];
        return key.IsEmpty ? "/"u8 : key;
    }

    // etcd holds the path as it came against the roles' patterns, after the parameters were found to be good.
    private static KeyError? Refusal(RequestContext context, ReadOnlySpan<byte> path, bool isWrite, bool isRecursive)
    {
        if (context.Rights is not { } rights || rights.Opens(path[PrefixLength..], isWrite, isRecursive))
            return null;
        AuthRefusal.ExplainKey(context);
        return AuthRefusal.Key;
    }

    private async ValueTask WriteLaterAsync(RequestContext context, string? formError)
    {
        RequestBody body = await BodyReader.ReadAsync(context, options.Limits.MaxFormBytes, LimitKind.Form);
        if (body.NoRoom is { } noRoom)
        {
            await LimitAnswer.RefuseKey(context, noRoom);
            return;
        }

        if (body.IsTooLong)
            formError = "http: POST too large";
        await SubmitAgain(context, body.Bytes.Span, formError);
    }

    // The target lay in scratch memory that may have served other requests since.
    private Task SubmitAgain(RequestContext context, ReadOnlySpan<byte> form, string? formError)
    {
        RequestScratch scratch = RequestScratch.Current;
        return context.TryParseTarget(scratch, out RequestTarget target)
            ? Submit(context, target, form, formError, scratch)
            : throw new InvalidOperationException("a target that was good is bad now");
    }

    private Task Submit(
        RequestContext context,
        in RequestTarget target,
        ReadOnlySpan<byte> form,
        string? formError,
        RequestScratch scratch)
    {
        KeyError? error = Encode(
            context, target, form, formError, scratch, out byte[] command, out bool noValue);
        return Propose(context, error, command, noValue);
    }

    private KeyError? Encode(
        RequestContext context,
        in RequestTarget target,
        ReadOnlySpan<byte> form,
        string? formError,
        RequestScratch scratch,
        out byte[] command,
        out bool noValue)
    {
        Span<byte> room = scratch.Form(form.Length + target.Query.Length);
        string method = context.Method;
        KeyError? error = KeyParameters.Parse(
            method, target.Query, form, formError, room, out KeyParameters parameters)
            ?? Refusal(context, target.Path, isWrite: true, parameters.IsRecursive);
        noValue = parameters.NoValueOnSuccess;
        command = error is null ? WriteCommand.Encode(method, Key(target.Path), parameters, time) : [];
        return error;
    }

    private Task Propose(RequestContext context, KeyError? error, byte[] command, bool noValue)
    {
        if (error is not null)
            return KeyAnswer.Fail(context, error);
        if (context.Client.TryTake(Resource.Write) is { } full)
            return LimitAnswer.RefuseKey(context, full);
        ValueTask<KeyOutcome> proposal = store.ProposeAsync(command, CancellationToken.None);
        if (!proposal.IsCompletedSuccessfully)
            return AnswerWriteAsync(context, proposal, noValue).AsTask();
        context.Client.Release(Resource.Write);
        return AnswerWrite(context, proposal.Result, noValue);
    }

    private async ValueTask AnswerWriteAsync(RequestContext context, ValueTask<KeyOutcome> proposal, bool noValue)
    {
        KeyOutcome outcome;
        try
        {
            outcome = await proposal;
        }
        finally
        {
            context.Client.Release(Resource.Write);
        }

        if (outcome.Event is { } change && store.IsOwnerThread
            && change.Node.Bytes.Length + change.Previous.Bytes.Length > MaxBytesOnOwnerThread)
        {
            await Task.Yield();
        }

        await AnswerWrite(context, outcome, noValue);
    }

    private static Task AnswerWrite(RequestContext context, in KeyOutcome outcome, bool noValue)
    {
        if (outcome.Event is not { } change)
        {
            return KeyAnswer.Fail(context, outcome.Error
                ?? KeyError.Of(ErrorCode.RaftInternal, "received response with no Event/Watcher!"));
        }

        KeyAnswer.SetPosition(
            context, new IndexHeaders(outcome.Index.Value, outcome.AppliedIndex.Value, outcome.Term.Value));
        if (change.IsCreated)
            context.Status = 201;
        JsonBuffer json = RequestScratch.Current.TakeJson();
        if (noValue)
            KeyJson.WriteEventWithoutValue(json, change);
        else
            KeyJson.WriteEvent(json, change);
        return context.Json(json);
    }

    private async ValueTask ReadQuorumAsync(RequestContext context, byte[] key, bool isRecursive)
    {
        (IKeyspace? keyspace, KeyError? error) = await store.ReadLinearizableAsync(CancellationToken.None);
        await (keyspace is null ? KeyAnswer.Fail(context, error!) : AnswerRead(context, keyspace, key, isRecursive));
    }

    private Task AnswerRead(RequestContext context, IKeyspace keyspace, ReadOnlySpan<byte> key, bool isRecursive)
    {
        if (!keyspace.TryGet(key, out KeyRecord record))
        {
            store.Statistics.Increment(StoreCounter.GetsFail);
            return KeyAnswer.Fail(context, keyspace.ExplainMissing(key));
        }

        store.Statistics.Increment(StoreCounter.GetsSuccess);
        KeyAnswer.SetPosition(context, IndexHeaders.Of(keyspace, ref _lastPosition));
        long now = record.IsDirectory || record.HasExpiration ? Rfc3339.ToUnixNs(time.GetUtcNow()) : 0;
        if (record.IsDirectory)
            return listings.Answer(context, new Listing(keyspace, record, key, isRecursive, now));
        JsonBuffer json = RequestScratch.Current.TakeJson();
        KeyJson.WriteGet(json, record, now);
        return context.Json(json);
    }
}
