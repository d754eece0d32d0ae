using CoreNode.Foundation;
using CoreNode.Tests.Simulation;
using CoreNode.Wal;

namespace CoreNode.Tests.Faults;

/// <summary>A log of several segments, written and closed, to be damaged.</summary>
internal sealed class WalFixture
{
    public const string Folder = WalWorkload.Folder;

    /// <summary>Writes that many appends of one entry each, in the given way.</summary>
    public WalFixture(WalIdentity identity, int appends, int payloadBytes, bool isMarked)
    {
        using WalLog log = WalLog.Create(Files, Folder, identity, WalWorkload.Options);
        for (int i = 1; i <= appends; i++)
        {
            byte[] payload = new byte[payloadBytes];
            payload.AsSpan().Fill((byte)i);
            WalAppend append = new(
                [new WalEntry(new LogIndex((ulong)i), new Term(1), 0, payload)],
                new WalHardState(new Term(1), identity.Node, new LogIndex((ulong)i - 1)),
                MustSync: true);
            State = State.After(append);
            log.Write([append]);
            log.Sync();
        }

        if (isMarked)
            log.MarkDurable();
    }

    /// <summary>The disk.</summary>
    public SimulatedFiles Files { get; } = new(new Prng(1));

    /// <summary>What the log holds.</summary>
    public WalState State { get; private set; } = WalState.Empty;

    /// <summary>The segments' paths in order.</summary>
    public IReadOnlyList<string> Segments =>
        [.. Files.List(Folder).Where(name => name.EndsWith(".wal", StringComparison.Ordinal)).Select(PathOf)];

    /// <summary>Opens a copy, so that nothing is cut for good.</summary>
    public WalRecovery Open(ulong snapshotIndex = 0)
    {
        using WalLog log = WalLog.Open(
            Files.AfterKill(), Folder, new LogIndex(snapshotIndex), WalWorkload.Options, out WalRecovery recovery);
        return recovery;
    }

    public bool IsWhole(WalRecovery recovery) => State.IsWhatWasRecovered(recovery, LogIndex.Zero);

    /// <summary>Start and end of each frame of a segment.</summary>
    public IReadOnlyList<(int Start, int End)> FramesOf(string path)
    {
        List<(int, int)> frames = [];
        byte[] data = Files.Get(path);
        for (int at = SegmentHeader.Length; at + Frame.PrefixLength < data.Length;)
        {
            int length = BitConverter.ToInt32(data, at);
            if (length == 0)
                break;
            frames.Add((at, at + Frame.PrefixLength + length));
            at += Frame.PrefixLength + length;
        }

        return frames;
    }

    private static string PathOf(string name) => Path.Combine(Folder, name);
}
