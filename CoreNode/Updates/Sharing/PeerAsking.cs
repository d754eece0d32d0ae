namespace CoreNode.Updates.Sharing;

/// <summary>Asks keepers for payloads. Any thread.</summary>
internal sealed class PeerAsking(IPayloadPeers peers, SharingTimes times, TimeProvider time)
{
    /// <summary>Asks one.</summary>
    /// <param name="keeper">The keeper.</param>
    /// <param name="question">What is wanted of it.</param>
    /// <param name="size">Bytes of the whole payload.</param>
    /// <param name="came">Told the bytes that came.</param>
    /// <param name="ended">Told why nothing more comes although there should.</param>
    /// <param name="cancellation">Ends all of it.</param>
    public async Task<PeerOpening> OpenAsync(
        Keeper keeper, PeerQuestion question, long size, Action<long> came, Action<string> ended,
        CancellationToken cancellation)
    {
        CancellationTokenSource limit = new(times.Dial, time);
        CancellationTokenRegistration link = cancellation.Register(limit.Cancel);
        IPayloadAnswer? answer = null;
        PeerOpening? opening = null;
        try
        {
            answer = await peers.AskAsync(keeper, ShareLines.Write(question), limit.Token);
            byte[] head = await ShareLines.ReadLineAsync(answer.Body, limit.Token)
                ?? throw new IOException("it answered nothing");
            limit.CancelAfter(Timeout.InfiniteTimeSpan);
            opening = ShareLines.ReadReply(head).Reply switch
            {
                PeerReply.Data => new PeerOpening(
                    new PeerStream(
                        answer, limit, link, size - question.From, PatienceOf(question), came, ended),
                    KeeperState.Good, TimeSpan.Zero, ""),
                PeerReply.Busy => new PeerOpening(null, KeeperState.Busy, times.Poll * 2, "it serves others"),
                PeerReply.None => new PeerOpening(
                    null, KeeperState.Gone, times.Quiet, "it does not keep the payload"),
                _ => new PeerOpening(null, KeeperState.Out, times.Retry, "it has nothing further"),
            };
        }
        catch (Exception fault) when (fault is IOException or FormatException
            || (fault is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            string problem = fault is OperationCanceledException ? "it did not answer in time" : fault.Message;
            opening = new PeerOpening(null, KeeperState.Out, times.Retry, problem);
        }
        finally
        {
            if (opening?.Data is null)
            {
                if (answer is not null)
                    await answer.DisposeAsync();
                await link.DisposeAsync();
                limit.Dispose();
            }
        }

        return opening;
    }

    // A keeper that stands still says so in time; one that the network hides does not. Who keeps the payload, too,
    // finds it out before those who wait for it lose their own patience (PayloadService), or they would go to the
    // server.
    private TimeSpan PatienceOf(PeerQuestion question) => times.Quiet * (question.IsKeeper ? 1.25 : 2);
}
