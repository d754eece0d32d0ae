using System.Runtime.CompilerServices;
using CoreNode.Api.Peers.Requests;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Api.Peers.Store;

/// <summary>
/// The store for a node that is no member, through requests between nodes: client listeners may be closed to it, or not
/// let it write what units need. It stays at one member as long as that answers. A read is asked again elsewhere; a
/// write that may have been taken never is. Thread-safe.
/// </summary>
/// <param name="requests">The way to other nodes; null while the cluster is not known yet.</param>
/// <param name="members">The members as they are known now.</param>
/// <param name="time">Paces what is tried again.</param>
/// <param name="home">
/// Place of the member that is asked first, counted around: another one for each node, or all would ask the same one.
/// </param>
public sealed class NodeKvClient(
    Func<NodeRequests?> requests, Func<IReadOnlyList<Member>> members, TimeProvider time, int home = 0) : IKvClient
{
    private static readonly TimeSpan s_dialTime = TimeSpan.FromSeconds(3);

    // Longer than a member waits for its quorum.
    private static readonly TimeSpan s_answerTime = TimeSpan.FromSeconds(10);

    // Grows by one for each member that did not do well.
    private int _home = home;

    /// <inheritdoc/>
    public Task<KvOutcome> GetAsync(string key, KvGetOptions options, CancellationToken cancellation) =>
        CallAsync(new StoreQuestion.Get(key, options), cancellation);

    /// <inheritdoc/>
    public Task<KvOutcome> SetAsync(string key, string value, KvSetOptions options, CancellationToken cancellation) =>
        CallAsync(new StoreQuestion.Set(key, value, options), cancellation);

    /// <inheritdoc/>
    public Task<KvOutcome> CreateInOrderAsync(
        string directory, string value, TimeSpan? timeToLive, CancellationToken cancellation) =>
        CallAsync(new StoreQuestion.CreateInOrder(directory, value, timeToLive), cancellation);

    /// <inheritdoc/>
    public Task<KvOutcome> DeleteAsync(string key, KvDeleteOptions options, CancellationToken cancellation) =>
        CallAsync(new StoreQuestion.Delete(key, options), cancellation);

    /// <inheritdoc/>
    public async IAsyncEnumerable<KvWatchItem> WatchAsync(
        string key, bool isRecursive, StoreIndex since, [EnumeratorCancellation] CancellationToken cancellation)
    {
        NodeWatch watch = new(this, time, key, isRecursive, since);
        await using (watch.ConfigureAwait(false))
        {
            while (true)
            {
                KvWatchItem item = await watch.NextAsync(cancellation);
                yield return item;
                if (item is KvWatchItem.Refused)
                    yield break;
            }
        }
    }

    /// <summary>Sends a question to the member that answered last, or to the next one that can be reached.</summary>
    /// <exception cref="IOException">None can.</exception>
    internal async Task<NodeAnswer> SendAsync(
        string service, StoreQuestion question, CancellationToken cancellation)
    {
        byte[] line = StoreJson.Format(question);
        IReadOnlyList<Member> known = members();
        string reason = "no member is known";
        int home = Volatile.Read(ref _home);
        for (int i = 0; i < known.Count; i++)
        {
            foreach (string url in known[(int)((uint)(home + i) % (uint)known.Count)].PeerUrls)
            {
                try
                {
                    NodeAnswer answer = await DialAsync(url, service, line, cancellation);

                    // Others may have gone on to the next one meanwhile, too: not twice.
                    Interlocked.CompareExchange(ref _home, home + i, home);
                    return answer;
                }
                catch (IOException fault)
                {
                    reason = fault.Message;
                }
            }
        }

        throw new IOException(reason);
    }

    /// <summary>The member did not do well: the next one is asked from now on.</summary>
    internal void Leave() => Interlocked.Increment(ref _home);

    private async Task<NodeAnswer> DialAsync(
        string url, string service, byte[] line, CancellationToken cancellation)
    {
        NodeRequests way = requests() ?? throw new IOException("the cluster is not known yet: no member has answered");

        // The answer lives as long as the caller's token; only the dialling has a limit of its own.
        Task<NodeAnswer> dialling = way.SendAsync(
            url, service, (body, stop) => body.WriteAsync(line, stop).AsTask(), cancellation);
        if (await Task.WhenAny(dialling, Task.Delay(s_dialTime, time, cancellation)) == dialling)
            return await dialling;
        _ = LeaveAloneAsync(dialling);
        cancellation.ThrowIfCancellationRequested();
        throw new IOException($"{url}: no answer within {s_dialTime.TotalSeconds} s");
    }

    private static async Task LeaveAloneAsync(Task<NodeAnswer> dialling)
    {
        try
        {
            await (await dialling).DisposeAsync();
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            // It never came.
        }
    }

    private async Task<KvOutcome> CallAsync(StoreQuestion question, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_answerTime);
        string reason = "no member is known";
        for (int attempts = Math.Max(1, members().Count); attempts > 0; attempts--)
        {
            NodeAnswer answer;
            try
            {
                answer = await SendAsync(StoreService.Name, question, limit.Token);
            }
            catch (Exception fault) when (IsNoAnswer(fault, cancellation))
            {
                return new KvOutcome.Unreachable(Reason(fault));
            }

            try
            {
                await using (answer.ConfigureAwait(false))
                    return await ReadAsync(answer, limit.Token);
            }
            catch (Exception fault) when (IsNoAnswer(fault, cancellation))
            {
                Leave();
                reason = Reason(fault);
                if (!question.IsSafe)
                    return new KvOutcome.Unknown(reason);
                if (limit.IsCancellationRequested)
                    break;
            }
        }

        return new KvOutcome.Unreachable(reason);
    }

    private static async Task<KvOutcome> ReadAsync(NodeAnswer answer, CancellationToken cancellation)
    {
        MessageLines lines = new(answer.Body, StoreJson.MaxBytes);
        ReadOnlyMemory<byte> line = await lines.ReadAsync(cancellation)
            ?? throw new IOException("the member ended the request");
        return StoreJson.ParseOutcome(line);
    }

    private static bool IsNoAnswer(Exception fault, CancellationToken cancellation) =>
        fault is IOException or FormatException
        || (fault is OperationCanceledException && !cancellation.IsCancellationRequested);

    private static string Reason(Exception fault) =>
        fault is OperationCanceledException ? $"no answer within {s_answerTime.TotalSeconds} s" : fault.Message;
}
