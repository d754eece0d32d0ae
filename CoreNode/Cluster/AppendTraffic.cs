using CoreNode.Foundation;
using CoreNode.Raft;
using CoreNode.Store;

namespace CoreNode.Cluster;

/// <summary>
/// Counts appends and, at a leader, measures how long each member takes to make them durable. Owned by the loop.
/// </summary>
internal sealed class AppendTraffic(TimeProvider time)
{
    // More than a leader has in flight to one member.
    private const int MostOpen = 512;

    private readonly Dictionary<NodeId, Measured> _members = [];

    /// <summary>Appends with entries, from leaders.</summary>
    internal long Received { get; private set; }

    /// <summary>Appends with entries, to followers.</summary>
    internal long Sent { get; private set; }

    /// <summary>The highest commit position that a leader has told.</summary>
    internal LogIndex LeaderCommitted { get; private set; }

    /// <summary>A message leaves.</summary>
    internal void NoteSent(RaftMessage message)
    {
        if (message.Kind != MessageKind.Append || message.Entries.Length == 0)
            return;
        Sent++;
        if (!_members.TryGetValue(message.To, out Measured? member))
            _members.Add(message.To, member = new Measured());
        if (member.Open.Count < MostOpen)
            member.Open.Enqueue((message.LogIndex + (ulong)message.Entries.Length, time.GetTimestamp()));
    }

    /// <summary>A message has arrived.</summary>
    internal void NoteReceived(RaftMessage message)
    {
        if (message.Kind == MessageKind.Append && message.Entries.Length > 0)
            Received++;
        if (message.Kind is MessageKind.Append or MessageKind.Heartbeat)
            LeaderCommitted = LogIndex.Max(LeaderCommitted, message.Commit);
        else if (message.Kind == MessageKind.AppendResponse
            && _members.TryGetValue(message.From, out Measured? member))
        {
            member.Answered(message, time);
        }
    }

    /// <summary>What is open will not be answered to this member any more.</summary>
    internal void LeaderChanged() => _members.Clear();

    /// <summary>What was measured of a member since this one leads.</summary>
    internal AppendTimes TimesOf(NodeId node) =>
        _members.TryGetValue(node, out Measured? member) ? member.Times() : AppendTimes.None;

    private sealed class Measured
    {
        private long _succeeded;
        private long _failed;
        private double _latest;
        private double _sum;
        private double _sumOfSquares;
        private double _minimum = double.MaxValue;
        private double _maximum;

        internal Queue<(LogIndex Last, long SentAt)> Open { get; } = new();

        internal void Answered(RaftMessage answer, TimeProvider time)
        {
            if (answer.Reject)
            {
                _failed++;
                Open.Clear();
                return;
            }

            while (Open.TryPeek(out (LogIndex Last, long SentAt) append) && append.Last <= answer.LogIndex)
            {
                Open.Dequeue();
                Add(time.GetElapsedTime(append.SentAt).TotalSeconds);
            }
        }

        internal AppendTimes Times()
        {
            if (_succeeded == 0)
                return AppendTimes.None with { Failed = _failed };
            double average = _sum / _succeeded;
            double variance = Math.Max(0, (_sumOfSquares / _succeeded) - (average * average));
            return new AppendTimes(
                _succeeded, _failed, TimeSpan.FromSeconds(_latest), TimeSpan.FromSeconds(average),
                TimeSpan.FromSeconds(Math.Sqrt(variance)), TimeSpan.FromSeconds(_minimum),
                TimeSpan.FromSeconds(_maximum));
        }

        private void Add(double seconds)
        {
            _succeeded++;
            _latest = seconds;
            _sum += seconds;
            _sumOfSquares += seconds * seconds;
            _minimum = Math.Min(_minimum, seconds);
            _maximum = Math.Max(_maximum, seconds);
        }
    }
}
