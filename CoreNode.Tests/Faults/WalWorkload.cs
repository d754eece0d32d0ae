using CoreNode.Foundation;
using CoreNode.Platform;
using CoreNode.Wal;

namespace CoreNode.Tests.Faults;

/// <summary>
/// A random but repeatable use of a log with tiny segments: batches, unsynced commits, replaced tails, releases, rolls,
/// recycling, an installed snapshot. Knows at each moment what was acknowledged and what was tried.
/// </summary>
internal sealed class WalWorkload(ulong seed)
{
    public const string Folder = "/data/raft/wal";

    public static readonly WalOptions Options = new()
    {
        FirstSegmentBytes = 8 << 10,
        SegmentSizeBytes = 12 << 10,
        ReserveBytes = 6 << 10,
        ProgramVersion = "1.2.3",
    };

    public static readonly WalIdentity Identity = new(0xC1, new NodeId(0xA1));

    private readonly Prng _chance = new(seed);
    private readonly List<WalState> _states = [WalState.Empty];
    private Term _term = new(1);

    /// <summary>The log after each append that was tried; the first is the empty log.</summary>
    public IReadOnlyList<WalState> States => _states;

    /// <summary>Appends acknowledged by a sync.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>What the newest durable snapshot covers.</summary>
    public LogIndex SnapshotIndex { get; private set; }

    private WalState Latest => _states[^1];

    /// <summary>Runs until the end or an exception.</summary>
    public void Run(IFiles files, int steps)
    {
        using WalLog log = WalLog.Create(files, Folder, Identity, Options);
        for (int i = 0; i < steps; i++)
            Step(log);
    }

    /// <summary>A next append for whatever state a log is in.</summary>
    public static WalAppend Next(WalState state, Prng chance, Term term, bool mayReplace = true)
    {
        List<WalEntry> entries = [];
        ulong unsure = state.Last - state.HardState.Commit;
        LogIndex first = mayReplace && unsure > 0 && chance.Chance(0.15)
            ? state.HardState.Commit + 1UL + (ulong)chance.Next((int)unsure)
            : state.Last.Next;
        int count = 1 + chance.Next(4);
        for (int i = 0; i < count; i++)
            entries.Add(new WalEntry(first + (ulong)i, term, (byte)chance.Next(128), Payload(chance)));
        ulong room = (first - state.HardState.Commit) + (ulong)count - 1;
        LogIndex commit = state.HardState.Commit + (ulong)chance.Next((int)room + 1);
        return new WalAppend(entries, new WalHardState(term, new NodeId(term.Value % 3), commit), MustSync: true);
    }

    private void Step(WalLog log)
    {
        switch (chanceOf(100))
        {
            case < 60:
                Write(log, 1 + _chance.Next(3), isSynced: true);
                break;
            case < 75:
                Write(log, 1, isSynced: false);
                break;
            case < 82:
                log.MarkDurable();
                break;
            case < 90:
                log.PrepareNext();
                break;
            case < 97:
                Release(log);
                break;
            default:
                InstallSnapshot(log);
                break;
        }

        int chanceOf(int bound) => _chance.Next(bound);
    }

    private void Write(WalLog log, int count, bool isSynced)
    {
        if (_chance.Chance(0.1))
            _term = _term.Next;
        List<WalAppend> appends = [];
        for (int i = 0; i < count; i++)
        {
            WalAppend append = isSynced ? Next(Latest, _chance, _term) : CommitOnly();
            appends.Add(append);
            _states.Add(Latest.After(append));
        }

        log.Write(appends);
        if (isSynced)
            Sync(log);
    }

    private WalAppend CommitOnly()
    {
        ulong unsure = Latest.Last - Latest.HardState.Commit;
        LogIndex commit = Latest.HardState.Commit + (ulong)_chance.Next((int)unsure + 1);
        return new WalAppend([], Latest.HardState with { Commit = commit }, MustSync: false);
    }

    private void Release(WalLog log)
    {
        // A snapshot never runs ahead of what is known to be committed and durable.
        SnapshotIndex = LogIndex.Max(SnapshotIndex, _states[Acknowledged].HardState.Commit);
        log.ReleaseBefore(SnapshotIndex.Next);
    }

    private void InstallSnapshot(WalLog log)
    {
        SnapshotIndex = Latest.Last + 5UL;
        WalAppend append = new([], Latest.HardState with { Commit = SnapshotIndex }, MustSync: true)
        {
            StartAfter = SnapshotIndex,
        };
        _states.Add(Latest.After(append));
        log.Write([append]);
        Sync(log);
    }

    private void Sync(WalLog log)
    {
        log.Sync();
        Acknowledged = _states.Count - 1;
    }

    private static byte[] Payload(Prng chance)
    {
        // Some end in zeros, as a torn write does.
        byte[] payload = new byte[chance.Chance(0.1) ? chance.Next(1500) : chance.Next(120)];
        int filled = chance.Chance(0.2) ? payload.Length / 2 : payload.Length;
        for (int i = 0; i < filled; i++)
            payload[i] = (byte)chance.Next(256);
        return payload;
    }
}
