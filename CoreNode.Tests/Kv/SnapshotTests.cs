using CoreNode.Kv;
using CoreNode.Tests.Wal;

namespace CoreNode.Tests.Kv;

[TestFixture, Category("Unit")]
internal sealed class SnapshotTests
{
    [Test]
    public void Everything_comes_back_in_pieces_of_any_size([Values(1, 7, 1000, 1_000_000)] int piece)
    {
        KvHarness kv = SmallStore();
        byte[] bytes = KeyStateMachineTests.Snapshot(kv, "members"u8.ToArray());
        SnapshotReader reader = new();
        for (int at = 0; at < bytes.Length; at += piece)
            reader.Read(bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)));
        reader.Complete();
        Assert.That(reader.CallerState.ToArray(), Is.EqualTo("members"u8.ToArray()));
        KvHarness back = new(reader, new KvOptions());
        Assert.Multiple(() =>
        {
            Assert.That(back.List("/"), Is.EqualTo(kv.List("/")));
            Assert.That(back.Index, Is.EqualTo(kv.Index));
            Assert.That(back.Machine.AppliedIndex, Is.EqualTo(kv.Machine.AppliedIndex));
            Assert.That(back.Machine.AppliedTerm, Is.EqualTo(kv.Machine.AppliedTerm));
            Assert.That(back.Machine.StateHash, Is.EqualTo(kv.Machine.StateHash));
            Assert.That(back.Machine.NextExpirationUnixNs, Is.EqualTo(kv.Machine.NextExpirationUnixNs));
            Assert.That(back.Machine.Publish().TryGetSystem("members/1"u8, out _), Is.True);
            Assert.That(KeyStateMachineTests.Snapshot(back, "members"u8.ToArray()), Is.EqualTo(bytes));
            Assert.That(
                back.Watch("/", recursive: true, since: 2).Told, Is.EqualTo(kv.Watch("/", true, since: 2).Told));
        });
    }

    [Test]
    public void Large_values_and_many_chunks_come_back()
    {
        KvHarness kv = new();
        for (int i = 0; i < 3000; i++)
            kv.Set($"/d{i % 10}/k{i}", new string('x', i % 200));
        kv.Set("/large", new string('y', 300_000));
        KvHarness back = KeyStateMachineTests.RoundTrip(kv);
        Assert.That(back.List("/"), Is.EqualTo(kv.List("/")));
    }

    [Test]
    public void An_empty_store_comes_back_and_keeps_its_caller_state()
    {
        KvHarness kv = new();
        SnapshotReader reader = new();
        reader.Read(KeyStateMachineTests.Snapshot(kv));
        reader.Complete();
        KvHarness back = new(reader, new KvOptions());
        Assert.That(back.Index, Is.Zero);
        Assert.That(back.Set("/a", "1"), Is.EqualTo("set /a=1 c1 m1 < none"));
    }

    [Test]
    public void Every_flipped_bit_is_found()
    {
        byte[] bytes = KeyStateMachineTests.Snapshot(SmallStore(), "members"u8.ToArray());
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            byte[] damaged = (byte[])bytes.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.That(() => ReadAll(damaged), Throws.TypeOf<SnapshotFormatException>(), $"bit {bit}");
        }
    }

    [Test]
    public void Every_truncation_and_every_appended_byte_is_found()
    {
        byte[] bytes = KeyStateMachineTests.Snapshot(SmallStore());
        for (int length = 0; length < bytes.Length; length++)
            Assert.That(() => ReadAll(bytes[..length]), Throws.TypeOf<SnapshotFormatException>(), $"length {length}");
        Assert.That(() => ReadAll([.. bytes, 0]), Throws.TypeOf<SnapshotFormatException>());
        Assert.That(() => ReadAll([.. bytes, .. bytes]), Throws.TypeOf<SnapshotFormatException>());
    }

    [Test]
    public void Damage_is_reported_with_its_place()
    {
        byte[] bytes = KeyStateMachineTests.Snapshot(SmallStore());
        bytes[16 + 9 + 32 + 9 + 20] ^= 1;
        SnapshotFormatException? problem = Assert.Throws<SnapshotFormatException>(() => ReadAll(bytes));
        Assert.That(problem!.Offset, Is.EqualTo(16 + 9 + 32 + 9), "the third chunk begins there");
        Assert.That(problem.Message, Does.Contain("checksum"));
    }

    [Test]
    public void A_capture_is_not_changed_by_later_writes()
    {
        KvHarness kv = SmallStore();
        byte[] expected = KeyStateMachineTests.Snapshot(kv);
        KeySnapshot capture = kv.Machine.Capture();
        for (int i = 0; i < 2000; i++)
            kv.Set($"/a/k{i}", "later");
        kv.Delete("/a", recursive: true);
        System.Buffers.ArrayBufferWriter<byte> output = new();
        SnapshotWriter writer = new(capture, default);
        while (writer.WriteChunk(output))
        {
        }

        Assert.That(output.WrittenSpan.ToArray(), Is.EqualTo(expected));
    }

    [Test]
    public void The_first_format_is_still_read_and_written()
    {
        GoldenFile.AssertIs("snapshot-1.bin", GoldenBytes());
        byte[] golden = GoldenFile.Read("snapshot-1.bin");
        SnapshotReader reader = new();
        reader.Read(golden);
        reader.Complete();
        Assert.That(new KvHarness(reader, new KvOptions()).List("/"), Is.EqualTo(new[]
        {
            "/a/ c2 m2", "/a/_h=\u00ff\0 c6 m6", "/a/b=3 c2 m12 x86400000000000", "/d/ c5 m5 x1000000000",
            "/e/ c8 m8", "/e/00000000000000000008=posted c8 m8",
        }));
    }

    private static byte[] GoldenBytes() => KeyStateMachineTests.Snapshot(SmallStore(), "members"u8.ToArray());

    private static KvHarness SmallStore()
    {
        KvHarness kv = new();
        kv.SetSystem("members/1", "one");
        kv.Set("/a/b", "1");
        kv.Update("/a/b", "2");
        kv.Update("/a/b", "3", ttl: 86400 * KvHarness.Second);
        kv.Set("/d", dir: true, ttl: KvHarness.Second);
        kv.Set("/a/_h", "\u00ff\0");
        kv.Skip(movesStoreIndex: true);
        kv.Post("/e", "posted");
        kv.Update("/a/b", ttl: 86400 * KvHarness.Second, refresh: true);
        kv.Set("/gone", "x");
        kv.Delete("/gone");
        kv.Swap("/a/b", "3", "3", index: 9, ttl: 86400 * KvHarness.Second);
        return kv;
    }

    private static void ReadAll(byte[] bytes)
    {
        SnapshotReader reader = new();
        reader.Read(bytes);
        reader.Complete();
    }
}
