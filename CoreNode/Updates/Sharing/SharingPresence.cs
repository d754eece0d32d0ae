using CoreNode.Foundation;
using Microsoft.Extensions.Logging;

namespace CoreNode.Updates.Sharing;

/// <summary>
/// Who else shares payloads where the store does not say: the only member of a cluster knows nothing of its workers, so
/// they tell it that they are there, in memory and not in the store. Any thread.
/// </summary>
internal sealed partial class SharingPresence(
    SharingOptions options, SharingPlace place, TimeProvider time, ILogger logger)
{
    // More make no difference to what this node does.
    private const int MostKnown = 64;

    // Asks for nothing that there is: its answer says that it was heard.
    private static readonly string s_nothing = new('0', 64);

    private readonly Lock _gate = new(); // _seenAt
    private readonly Dictionary<string, long> _seenAt = new(StringComparer.Ordinal);

    /// <summary>Nodes there are, this one included, by what the place says and what they said themselves.</summary>
    public int Nodes
    {
        get
        {
            int nodes = 1;
            lock (_gate)
            {
                foreach (long at in _seenAt.Values)
                    nodes += IsRecent(at) ? 1 : 0;
            }

            return Math.Max(nodes, place.Nodes());
        }
    }

    /// <summary>A node has asked this one; empty: it did not say which.</summary>
    public void Note(string machine)
    {
        if (machine.Length == 0 || machine == options.Machine)
            return;
        bool isNew;
        lock (_gate)
        {
            isNew = !_seenAt.ContainsKey(machine);
            if (isNew && _seenAt.Count >= MostKnown && !TryForget())
                return;
            _seenAt[machine] = time.GetTimestamp();
        }

        if (isNew)
            LogSeen(machine);
    }

    /// <summary>Tells the only member that this node is there, now and again, where there is one to be told.</summary>
    public async Task TellAsync(IPayloadPeers peers, CancellationToken stop)
    {
        if (place.OnlyMember is not { } find)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, stop);
            return;
        }

        PeerAsking asking = new(peers, options.Times, time);
        while (true)
        {
            IReadOnlyList<string>? urls = find();
            bool isTold = urls is null || (urls.Count > 0 && await TellAsync(asking, urls, stop));
            await Task.Delay(isTold ? options.Times.Presence : options.Times.Dial, time, stop);
        }
    }

    private async Task<bool> TellAsync(PeerAsking asking, IReadOnlyList<string> urls, CancellationToken stop)
    {
        Keeper member = new(0, "", urls, 0, default, default);
        PeerQuestion question = new(s_nothing, 0, IsKeeper: false) { Machine = options.Machine };
        PeerOpening opening = await asking.OpenAsync(
            member, question, 0, static _ => { }, static _ => { }, stop);
        if (opening.Data is { } odd)
            await odd.DisposeAsync();
        return opening.State is KeeperState.Gone or KeeperState.Good;
    }

    // Missing twice is as good as gone. Under the lock.
    private bool IsRecent(long at) => time.GetElapsedTime(at) < options.Times.Presence * 3;

    private bool TryForget()
    {
        foreach ((string machine, long at) in _seenAt)
        {
            if (!IsRecent(at))
                return _seenAt.Remove(machine);
        }

        return false;
    }

    [LoggerMessage(EventIds.UpdatesSharing + 5, LogLevel.Information, "machine {MachineId} shares payloads, too")]
    private partial void LogSeen(string machineId);
}
