using System.Text;
using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Tests.Simulation;
using CoreNode.Wal;

namespace CoreNode.Tests.Wal;

/// <summary>Today's code reads and writes what docs/formats.md says (golden files).</summary>
[TestFixture, Category("Conformance")]
internal sealed class WalFormatTests
{
    private const string Folder = "/wal";
    private const string FirstName = "0000000000000001-0000000000000001.wal";
    private const string SecondName = "0000000000000002-0000000000000005.wal";

    private static readonly WalOptions s_options = new()
    {
        FirstSegmentBytes = 5 << 10,
        SegmentSizeBytes = 6 << 10,
        ReserveBytes = 4 << 10,
        ProgramVersion = "0.1.0",
    };

    private static readonly WalIdentity s_identity = new(0x1122334455667788, new NodeId(0x99AABBCCDDEEFF00));

    [TestCase(FirstName, "wal-segment-1-v1.bin")]
    [TestCase(SecondName, "wal-segment-2-v1.bin")]
    public void Segments_are_written_as_the_golden_files(string name, string golden)
    {
        GoldenFile.AssertIs(golden, Write().Get(Path.Combine(Folder, name)));
    }

    [Test]
    public void Golden_segments_are_read()
    {
        SimulatedFiles files = new(new Prng(1));
        files.Put(Path.Combine(Folder, FirstName), GoldenFile.Read("wal-segment-1-v1.bin"));
        files.Put(Path.Combine(Folder, SecondName), GoldenFile.Read("wal-segment-2-v1.bin"));
        using WalLog log = WalLog.Open(files, Folder, LogIndex.Zero, s_options, out WalRecovery recovery);
        Assert.Multiple(() =>
        {
            Assert.That(recovery.Identity, Is.EqualTo(s_identity));
            Assert.That(recovery.HardState, Is.EqualTo(new WalHardState(new Term(3), new NodeId(2), new LogIndex(4))));
            Assert.That(recovery.CutBytes, Is.Zero);
            Assert.That(recovery.Entries.Select(entry => (entry.Index.Value, entry.Term.Value, entry.Kind)), Is.EqualTo(
                new (ulong, ulong, byte)[] { (1, 1, 0), (2, 1, 1), (3, 3, 0), (4, 3, 127), (5, 3, 0) }));
            Assert.That(Encoding.UTF8.GetString(recovery.Entries[2].Payload.Span), Is.EqualTo("three again"));
            Assert.That(recovery.Entries[4].Payload.Length, Is.EqualTo(900));
        });
    }

    [Test]
    public void Golden_segments_tell_of_an_installed_snapshot()
    {
        SimulatedFiles files = new(new Prng(1));
        using (WalLog log = WalLog.Create(files, Folder, s_identity, s_options))
        {
            log.Write([new WalAppend([], null, MustSync: true) { StartAfter = new LogIndex(300) }]);
            log.Write([new WalAppend([Entry(301, 2, 0, "after")], null, MustSync: true)]);
            log.Sync();
        }

        GoldenFile.AssertIs("wal-snapshot-v1.bin", files.Get(Path.Combine(Folder, FirstName)));
        using WalLog read = WalLog.Open(files, Folder, new LogIndex(300), s_options, out WalRecovery recovery);
        Assert.That(recovery.Entries.Single().Index, Is.EqualTo(new LogIndex(301)));
    }

    [Test]
    public void Log_commands_are_written_and_read_as_the_golden_file()
    {
        byte[] full = new KeyCommand
        {
            Operation = KeyOperation.CompareAndSwap,
            Key = "/a/b"u8,
            Value = "value"u8,
            IsRefresh = true,
            PreviousValue = "old"u8,
            PreviousIndex = 7,
            ExpirationUnixNs = 1_700_000_000_000_000_000,
        }.Encode();
        byte[] bare = new KeyCommand { Operation = KeyOperation.Delete, Key = "/d"u8, IsDirectory = true }.Encode();
        GoldenFile.AssertIs("log-commands-v1.bin", [.. full, .. bare]);
        KeyCommand read = KeyCommand.Decode(GoldenFile.Read("log-commands-v1.bin").AsSpan(0, full.Length));
        Assert.That(Encoding.UTF8.GetString(read.PreviousValue), Is.EqualTo("old"));
        Assert.That(read.ExpirationUnixNs, Is.EqualTo(1_700_000_000_000_000_000));
    }

    [Test]
    public void Log_commands_of_version_2_are_written_and_read_as_the_golden_file()
    {
        byte[] create = new KeyCommand
        {
            Operation = KeyOperation.SystemCreate,
            Key = "auth/roles/a"u8,
            Value = "value"u8,
        }.Encode();
        byte[] swap = new KeyCommand
        {
            Operation = KeyOperation.SystemCompareAndSwap,
            Key = "auth/roles/a"u8,
            Value = "other"u8,
            PreviousIndex = 7,
        }.Encode();
        GoldenFile.AssertIs("log-commands-v2.bin", [.. create, .. swap]);
        KeyCommand read = KeyCommand.Decode(GoldenFile.Read("log-commands-v2.bin").AsSpan(create.Length));
        Assert.That((read.Operation, read.PreviousIndex), Is.EqualTo((KeyOperation.SystemCompareAndSwap, 7UL)));
    }

    [Test]
    public void Records_are_written_and_read_as_the_golden_file()
    {
        KeyRecord file = KeyRecord.File("/a"u8, "value"u8, created: 4, modified: 9, 1_700_000_000_000_000_000);
        KeyRecord removed = KeyRecord.Removed("/d"u8, isDirectory: true, created: 5, modified: 6);
        GoldenFile.AssertIs("records-v1.bin", [.. file.Bytes, .. removed.Bytes]);
        byte[] bytes = GoldenFile.Read("records-v1.bin")[..file.Bytes.Length];
        Assert.That(KeyRecord.TryFromBytes(bytes, out KeyRecord read), Is.True);
        Assert.That((read.CreatedIndex, read.ModifiedIndex, read.HasExpiration), Is.EqualTo((4UL, 9UL, true)));
    }

    private static SimulatedFiles Write()
    {
        SimulatedFiles files = new(new Prng(1));
        using WalLog log = WalLog.Create(files, Folder, s_identity, s_options);
        Write(log, new WalHardState(new Term(1), NodeId.None, LogIndex.Zero), Entry(1, 1, 0, "one"));
        Write(log, null, Entry(2, 1, 1, ""), Entry(3, 1, 0, "three"), Entry(4, 2, 5, "four"));
        Write(log, new WalHardState(new Term(3), new NodeId(2), new LogIndex(2)), Entry(3, 3, 0, "three again"));
        Write(log, null, Entry(4, 3, 127, "four again"));
        Write(log, new WalHardState(new Term(3), new NodeId(2), new LogIndex(4)), Entry(5, 3, 0, new string('5', 900)));
        log.MarkDurable();
        return files;
    }

    private static void Write(WalLog log, WalHardState? hardState, params WalEntry[] entries)
    {
        log.Write([new WalAppend(entries, hardState, MustSync: true)]);
        log.Sync();
    }

    private static WalEntry Entry(ulong index, ulong term, byte kind, string payload) =>
        new(new LogIndex(index), new Term(term), kind, Encoding.UTF8.GetBytes(payload));
}
