using CoreNode.Cluster.Peers;
using CoreNode.Store;

namespace CoreNode.Cluster;

/// <summary>How a member makes itself known: its name and client URLs, as a write like any other.</summary>
public sealed partial class Replica
{
    private static readonly TimeSpan s_announcePause = TimeSpan.FromSeconds(1);

    // A fresh one-member cluster ends at store index 3, as etcd's: its peer URLs, its attributes, the cluster version.
    private async Task AnnounceAsync(CancellationToken cancellation)
    {
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stopping.Token);
        await Task.WhenAny(_hasLeader.Task, Completion).WaitAsync(either.Token);
        if (Completion.IsFaulted)
            await Completion;
        List<string> attributes = [_options.Name, .. _options.AdvertiseClientUrls];
        string key = MemberRecords.AttributesKey(Self);
        while (!IsKnown(attributes) && !await TryProposeAsync(key, attributes))
            await Task.Delay(s_announcePause, _time, either.Token);
        while (Leader == Self && !_current.TryGetSystem("version"u8, out _) && !await TryProposeAsync("version", ["1"]))
            await Task.Delay(s_announcePause, _time, either.Token);
    }

    // A leader that came while this member was away has no address here; the others know it.
    private async Task FindLeaderAsync(Joining joining)
    {
        // Off the loop's thread.
        await Task.Yield();
        try
        {
            IEnumerable<string> urls = Members.Where(m => m.Id != Self).SelectMany(m => m.PeerUrls);
            IReadOnlyList<PeerAddress> found = await joining.AskForPeersAsync(ClusterId, urls, _stopping.Token);
            if (found.Count > 0)
                _inbox.Post(new PeersFound(found));
            await Task.Delay(s_announcePause, _time, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // The replica stops.
        }
    }

    // A member that joins must first have the state in which it is known.
    private bool IsKnown(List<string> attributes) => MemberRecords.Attributes(_current, Self).SequenceEqual(attributes);

    private async Task<bool> TryProposeAsync(string key, IReadOnlyList<string> strings)
    {
        KeyOutcome outcome = await ProposeAsync(MemberRecords.SetCommand(key, strings), CancellationToken.None);
        if (outcome.Error is null)
            return true;
        if (!_isStopped)
            _logger.AnnounceFailed(outcome.Error.ToString());
        return _isStopped;
    }
}
