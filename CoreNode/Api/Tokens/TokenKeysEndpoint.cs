using System.Globalization;
using System.Text;
using CoreNode.Api.Limits;
using CoreNode.Api.Wire;
using CoreNode.Discovery;
using CoreNode.Store;

namespace CoreNode.Api.Tokens;

/// <summary>Reads, watches, makes and removes what is below a token, with the answers of /v2/keys.</summary>
internal sealed class TokenKeysEndpoint(
    ApiOptions options, IKeyStore store, TokenRegistry registry, TimeProvider time, WatchEndpoint watches,
    ListingEndpoint listings, ClusterIdHeader clusterId)
{
    private static readonly KeyError s_tooManyWatches = KeyError.Of(
        ErrorCode.RaftInternal, "too many machines wait here at once; try again later");

    private IndexHeaders? _lastPosition;
    private int _watching;

    /// <summary>GET and HEAD, of a token that is there.</summary>
    public Task Read(RequestContext context, TokenPath path, ReadOnlySpan<byte> query)
    {
        clusterId.Apply(context);
        KeyError? error = KeyParameters.Parse(
            context.Method, query, default, null, new byte[query.Length], out KeyParameters parameters);
        if (error is not null)
            return KeyAnswer.Fail(context, error);
        byte[] key = Encoding.ASCII.GetBytes(path.Key);
        return parameters.IsWait
            ? WatchAsync(context, new WatchRequest(
                key, parameters.IsRecursive, parameters.IsStream, parameters.WaitIndex))
            : AnswerRead(context, key, parameters.IsRecursive);
    }

    /// <summary>PUT and DELETE of an entry of a token that is there.</summary>
    public async Task Write(RequestContext context, TokenPath path, byte[] query)
    {
        clusterId.Apply(context);
        string? formError = null;
        RequestBody body = default;
        if (context.Method == "PUT" && context.CanHaveBody
            && MediaType.IsForm(context.RequestHeaders.ContentType, out formError))
        {
            body = await BodyReader.ReadAsync(context, options.Limits.MaxFormBytes, LimitKind.Form);
            if (body.NoRoom is { } noRoom)
            {
                await LimitAnswer.RefuseKey(context, noRoom);
                return;
            }

            if (body.IsTooLong)
                formError = "http: POST too large";
        }

        KeyError? error = Check(context.Method, path, query, body.Bytes.Span, formError, out byte[] command);
        if (error is not null)
        {
            await Fail(context, error);
            return;
        }

        KeyOutcome outcome = await store.ProposeAsync(command, CancellationToken.None);
        await AnswerWrite(context, outcome);
    }

    private static Task Fail(RequestContext context, KeyError error) =>
        error.Code == ErrorCode.TooManyPeers ? KeyAnswer.Fail(context, 403, error) : KeyAnswer.Fail(context, error);

    // What is written is never changed: an entry is made by who has its identity, or removed.
    private KeyError? Check(
        string method, TokenPath path, byte[] query, ReadOnlySpan<byte> form, string? formError, out byte[] command)
    {
        command = [];
        KeyError? error = KeyParameters.Parse(
            method, query, form, formError, new byte[query.Length + form.Length], out KeyParameters parameters);
        if (error is not null)
            return error;
        byte[] key = Encoding.ASCII.GetBytes(path.Key);
        ulong index = store.Current.Index.Value;
        if (method == "DELETE")
        {
            command = WriteCommand.Encode(method, key, parameters, time);
            return null;
        }

        if (parameters.PreviousExists != false || parameters.IsDirectory || parameters.IsRefresh)
        {
            return KeyError.Of(
                ErrorCode.InvalidField, "an entry is made with prevExist=false and never changed; DELETE removes it",
                index);
        }

        if (parameters.Value.IsEmpty || parameters.Value.Length > registry.Limits.MaxValueBytes)
        {
            return KeyError.Of(ErrorCode.InvalidField, string.Create(CultureInfo.InvariantCulture,
                $"value: 1 to {registry.Limits.MaxValueBytes} bytes such as NAME=http://HOST:2380"), index);
        }

        // One that is there is answered as such, however many there are.
        if (!store.Current.TryGet(key, out _) && !registry.HasRoom(path))
        {
            return KeyError.Of(ErrorCode.TooManyPeers, string.Create(CultureInfo.InvariantCulture,
                $"{path.Directory}: at most {registry.Limits.MaxEntriesPerToken} machines below one token"), index);
        }

        command = WriteCommand.Encode(method, key, parameters, time);
        return null;
    }

    private static Task AnswerWrite(RequestContext context, in KeyOutcome outcome)
    {
        if (outcome.Event is not { } change)
        {
            return KeyAnswer.Fail(
                context, outcome.Error ?? KeyError.Of(ErrorCode.RaftInternal, "the store gave no answer"));
        }

        KeyAnswer.SetPosition(
            context, new IndexHeaders(outcome.Index.Value, outcome.AppliedIndex.Value, outcome.Term.Value));
        if (change.IsCreated)
            context.Status = 201;
        JsonBuffer json = RequestScratch.Current.TakeJson();
        KeyJson.WriteEvent(json, change);
        return context.Json(json);
    }

    private async Task WatchAsync(RequestContext context, WatchRequest request)
    {
        try
        {
            bool hasRoom = Interlocked.Increment(ref _watching) <= registry.Limits.MaxWatches;
            await (hasRoom ? watches.RunAsync(context, request) : KeyAnswer.Fail(context, 503, s_tooManyWatches));
        }
        finally
        {
            Interlocked.Decrement(ref _watching);
        }
    }

    private Task AnswerRead(RequestContext context, byte[] key, bool isRecursive)
    {
        IKeyspace keyspace = store.Current;
        if (!keyspace.TryGet(key, out KeyRecord record))
            return KeyAnswer.Fail(context, keyspace.ExplainMissing(key));
        KeyAnswer.SetPosition(context, IndexHeaders.Of(keyspace, ref _lastPosition));
        long now = Rfc3339.ToUnixNs(time.GetUtcNow());
        if (record.IsDirectory)
            return listings.Answer(context, new Listing(keyspace, record, key, isRecursive, now));
        JsonBuffer json = RequestScratch.Current.TakeJson();
        KeyJson.WriteGet(json, record, now);
        return context.Json(json);
    }
}
