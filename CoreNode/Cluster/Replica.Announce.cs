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
        byte[] announcement = MemberRecords.AnnounceCommand(Self, attributes, LogVersion.Own);
        while (!IsKnown(attributes) && !await TryProposeAsync(announcement))
            await Task.Delay(s_announcePause, _time, either.Token);
        while (!await TryRaiseVersionAsync())
            await Task.Delay(s_announcePause, _time, either.Token);
        _keepingVersion = KeepVersionAsync();
    }

    // The leader agrees on a log version once all members have told theirs, and on a higher one when the last of an
    // older program is gone. At rest this sleeps.
    private async Task KeepVersionAsync()
    {
        try
        {
            while (await _systemChanged.Reader.WaitToReadAsync(_stopping.Token))
            {
                while (_systemChanged.Reader.TryRead(out _))
                {
                }

                while (!await TryRaiseVersionAsync())
                    await Task.Delay(s_announcePause, _time, _stopping.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The replica stops.
        }
    }

    private async Task<bool> TryRaiseVersionAsync() =>
        Leader != Self || LogVersion.Next(_current) is not { } next
        || await TryProposeAsync(LogVersion.SetCommand(next));

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
    private bool IsKnown(List<string> attributes) =>
        MemberRecords.Attributes(_current, Self).SequenceEqual(attributes)
        && MemberRecords.AnnouncedLogVersion(_current, Self) == LogVersion.Own;

    private async Task<bool> TryProposeAsync(byte[] command)
    {
        KeyOutcome outcome = await ProposeAsync(command, CancellationToken.None);
        if (outcome.Error is null)
            return true;
        if (!_isStopped)
            _logger.AnnounceFailed(outcome.Error.ToString());
        return _isStopped;
    }
}
