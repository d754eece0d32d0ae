using System.Buffers.Binary;
using CoreNode.Foundation;
using CoreNode.Platform;
using CoreNode.Tests.Simulation;
using CoreNode.Wal;

namespace CoreNode.Tests.Faults;

/// <summary>Bits that flip and files that go missing: a wrong entry is never returned.</summary>
[TestFixture, Category("Fault")]
[Parallelizable(ParallelScope.Self)]
internal sealed class WalDamageTests
{
    private static readonly WalIdentity s_identity = WalWorkload.Identity;

    [Test]
    public void A_flip_anywhere_in_an_acknowledged_frame_is_refused_with_file_and_offset()
    {
        WalFixture log = new(s_identity, appends: 40, payloadBytes: 300, isMarked: true);
        Assert.That(log.Segments, Has.Count.GreaterThanOrEqualTo(2));
        for (int s = 0; s < log.Segments.Count; s++)
        {
            bool isLast = s == log.Segments.Count - 1;
            string path = log.Segments[s];
            // The last frame is the note about the others: the durable mark, or that the segment is full.
            foreach ((int start, int end) in log.FramesOf(path).SkipLast(1))
            {
                for (int at = start; at < end; at += at - start < 32 ? 1 : 13)
                {
                    CorruptionException e = RefusedAfterFlip(log, path, at);
                    Assert.That((e.Path, e.Offset), Is.EqualTo((path, start)), $"flip at {at}, last segment {isLast}");
                    Assert.That(e.Message, Does.Contain("restore").And.Contain($"{start}"));
                }
            }
        }
    }

    [Test]
    public void A_flip_in_the_last_write_is_cut_when_nothing_shows_that_it_was_durable()
    {
        // The one case that cannot be told from a torn write: it needs a kill within a second after the last write.
        WalFixture log = new(s_identity, appends: 10, payloadBytes: 100, isMarked: false);
        string path = log.Segments[^1];
        (int start, int end) = log.FramesOf(path)[^1];
        for (int at = start; at < end; at++)
        {
            WalRecovery recovery = AfterFlip(log, path, at, () => log.Open());
            Assert.That(recovery.CutBytes, Is.GreaterThan(0), $"flip at {at}");
            Assert.That(recovery.Entries, Has.Count.EqualTo(9), $"flip at {at}");
        }

        foreach ((int before, int _) in log.FramesOf(path).SkipLast(1))
            Assert.That(RefusedAfterFlip(log, path, before + 20).Offset, Is.EqualTo(before));
    }

    [Test]
    public void A_flip_in_any_byte_of_a_header_is_refused()
    {
        WalFixture log = new(s_identity, appends: 40, payloadBytes: 300, isMarked: true);
        foreach (string path in log.Segments)
        {
            for (int at = 0; at < SegmentHeader.Length; at += at < 112 ? 1 : 97)
                Assert.That(RefusedAfterFlip(log, path, at).Path, Is.EqualTo(path), $"flip at {at}");
        }
    }

    [Test]
    public void A_flip_in_unused_space_or_in_a_note_loses_nothing()
    {
        WalFixture log = new(s_identity, appends: 40, payloadBytes: 300, isMarked: true);
        foreach (string path in log.Segments)
        {
            (int start, int end) = log.FramesOf(path)[^1];
            int length = log.Files.Get(path).Length;
            for (int at = start; at < length; at += at < end + 16 ? 1 : 61)
            {
                WalRecovery recovery = AfterFlip(log, path, at, () => log.Open());
                Assert.That(log.IsWhole(recovery), Is.True, $"{path}, flip at {at}");
            }
        }
    }

    [Test]
    public void Frames_after_a_torn_one_in_the_same_write_are_cut_with_it()
    {
        WalFixture log = new(s_identity, appends: 5, payloadBytes: 100, isMarked: false);
        using (WalLog open = WalLog.Open(
            log.Files, WalFixture.Folder, LogIndex.Zero, WalWorkload.Options, out WalRecovery recovery))
        {
            List<WalAppend> batch = [];
            for (ulong i = 6; i <= 9; i++)
                batch.Add(new WalAppend([new WalEntry(new LogIndex(i), new Term(1), 0, new byte[600])], null, true));
            open.Write(batch);
        }

        string path = log.Segments[^1];
        (int start, int _) = log.FramesOf(path)[6];
        WalRecovery cut = AfterFlip(log, path, start + 100, () => log.Open());
        Assert.That(cut.Entries, Has.Count.EqualTo(6));
        Assert.That(cut.CutBytes, Is.GreaterThan(1200));
    }

    [Test]
    public void A_missing_segment_is_noticed_wherever_it_was([Values(0, 1, -1)] int which)
    {
        WalFixture log = new(s_identity, appends: 70, payloadBytes: 300, isMarked: true);
        Assert.That(log.Segments, Has.Count.GreaterThanOrEqualTo(3));
        log.Files.Delete(which < 0 ? log.Segments[^1] : log.Segments[which]);
        Assert.That(() => log.Open(), Throws.TypeOf<CorruptionException>().With.Message.Contains("missing"));
    }

    [Test]
    public void Segments_before_the_snapshot_may_be_missing()
    {
        WalFixture log = new(s_identity, appends: 70, payloadBytes: 300, isMarked: true);
        Assert.That(SegmentName.TryParse(Path.GetFileName(log.Segments[2]), out SegmentName third), Is.True);
        log.Files.Delete(log.Segments[0]);
        WalRecovery recovery = log.Open(third.FirstIndex.Previous.Value);
        Assert.That(recovery.Entries[0].Index, Is.EqualTo(third.FirstIndex));
        Assert.That(recovery.Entries, Has.Count.EqualTo(70 - (int)third.FirstIndex.Previous.Value));
    }

    [Test]
    public void A_segment_of_another_node_or_under_another_name_is_refused()
    {
        WalFixture log = new(s_identity, appends: 40, payloadBytes: 300, isMarked: true);
        WalFixture other = new(s_identity with { Node = new NodeId(7) }, 40, 300, isMarked: true);
        SimulatedFiles mixed = log.Files.AfterKill();
        mixed.Put(log.Segments[^1], other.Files.Get(other.Segments[^1]));
        Assert.That(() => Open(mixed), Throws.TypeOf<CorruptionException>().With.Message.Contains("belongs to node 7"));

        SimulatedFiles copied = log.Files.AfterKill();
        copied.Put(log.Segments[^1], log.Files.Get(log.Segments[0]));
        Assert.That(() => Open(copied), Throws.TypeOf<CorruptionException>().With.Message.Contains("renamed"));
    }

    [Test]
    public void A_segment_that_another_history_of_the_same_node_wrote_is_refused()
    {
        WalFixture log = new(s_identity, appends: 40, payloadBytes: 300, isMarked: true);
        SimulatedFiles mixed = log.Files.AfterKill();
        byte[] segment = log.Files.Get(log.Segments[0]);
        (int start, int end) = log.FramesOf(log.Segments[0])[3];
        segment[end - 1] ^= 1;
        uint seed = SegmentHeader.Decode(segment, log.Segments[0], NameOf(log.Segments[0])).Seed;
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(segment.AsSpan(start));
        Span<byte> body = segment.AsSpan(start + Frame.PrefixLength, (int)length);
        uint checksum = FrameWriter.Checksum(seed, start, length, body);
        BinaryPrimitives.WriteUInt32LittleEndian(segment.AsSpan(start + 4), checksum);
        mixed.Put(log.Segments[0], segment);
        Assert.That(() => Open(mixed), Throws.TypeOf<CorruptionException>().With.Message.Contains("not those that"));
    }

    [Test]
    public void A_newer_format_names_the_version_that_reads_it()
    {
        WalFixture log = new(s_identity, appends: 3, payloadBytes: 10, isMarked: true);
        byte[] segment = log.Files.Get(log.Segments[0]);
        segment[8] = 9;
        uint crc = Crc32C.Append(Crc32C.Compute(segment.AsSpan(0, 12)), segment.AsSpan(16, SegmentHeader.Length - 16));
        BinaryPrimitives.WriteUInt32LittleEndian(segment.AsSpan(12), crc);
        log.Files.Put(log.Segments[0], segment);
        Assert.That(() => log.Open(), Throws.TypeOf<CorruptionException>()
            .With.Message.Contains("format version 9").And.Message.Contains("Start CoreNode 1.2.3 or newer"));
    }

    [Test]
    public void A_snapshot_that_ends_before_the_log_begins_is_refused()
    {
        WalFixture log = new(s_identity, appends: 70, payloadBytes: 300, isMarked: true);
        log.Files.Delete(log.Segments[0]);
        Assert.That(() => log.Open(3), Throws.TypeOf<CorruptionException>().With.Message.Contains("ends at 3"));
    }

    [Test]
    public void Intact_frames_that_cannot_be_true_are_refused()
    {
        WalEntry far = new(new LogIndex(8), new Term(1), 0, default);
        Frame hole = new() { Parts = FrameParts.Entries };
        Assert.That(() => OpenWith(hole, [far]), Throws.TypeOf<CorruptionException>()
            .With.Message.Contains("entries 6 to 7 are missing"));

        Frame commit = new() { Parts = FrameParts.Commit, Commit = new LogIndex(99) };
        Assert.That(() => OpenWith(commit, []), Throws.TypeOf<CorruptionException>()
            .With.Message.Contains("says that 99 is committed"));

        Frame snapshot = new() { Parts = FrameParts.StartAfter, StartAfter = new LogIndex(20) };
        Assert.That(() => OpenWith(snapshot, []), Throws.TypeOf<CorruptionException>()
            .With.Message.Contains("after a snapshot of index 20"));

        Frame unknown = new() { Parts = (FrameParts)0x40 };
        Assert.That(() => OpenWith(unknown, []), Throws.TypeOf<CorruptionException>()
            .With.Message.Contains("not of a form"));
    }

    // Puts one more frame at the end of a log of five entries.
    private static void OpenWith(Frame frame, IReadOnlyList<WalEntry> entries)
    {
        WalFixture log = new(s_identity, appends: 5, payloadBytes: 10, isMarked: false);
        string path = log.Segments[0];
        byte[] segment = log.Files.Get(path);
        int end = log.FramesOf(path)[^1].End;
        frame.DurableOffset = end;
        FrameWriter writer = new();
        writer.Begin(1000);
        writer.Add(SegmentHeader.Decode(segment, path, NameOf(path)).Seed, end, frame, entries);
        writer.Written.CopyTo(segment.AsSpan(end));
        log.Files.Put(path, segment);
        log.Open();
    }

    private static WalRecovery Open(SimulatedFiles files)
    {
        using WalLog log = WalLog.Open(
            files, WalFixture.Folder, LogIndex.Zero, WalWorkload.Options, out WalRecovery recovery);
        return recovery;
    }

    private static SegmentName NameOf(string path)
    {
        Assert.That(SegmentName.TryParse(Path.GetFileName(path), out SegmentName name), Is.True);
        return name;
    }

    private static CorruptionException RefusedAfterFlip(WalFixture log, string path, int at)
    {
        try
        {
            WalRecovery recovery = AfterFlip(log, path, at, () => log.Open());
            Assert.Fail($"{path}, flip at {at}: {recovery.Entries.Count} entries, cut {recovery.CutBytes}");
            throw new InvalidOperationException();
        }
        catch (CorruptionException e)
        {
            return e;
        }
    }

    private static WalRecovery AfterFlip(WalFixture log, string path, int at, Func<WalRecovery> open)
    {
        long bit = 8L * at + at % 8;
        log.Files.FlipBit(path, bit);
        try
        {
            return open();
        }
        finally
        {
            log.Files.FlipBit(path, bit);
        }
    }
}
