using CoreNode.Tests.Simulation;
using CoreNode.Updates.Applying;
using CoreNode.Updates.Payload;

namespace CoreNode.Tests.Updates.Applying;

/// <summary>How far an update came, as it is kept.</summary>
[TestFixture, Category("Unit")]
internal sealed class CheckpointFilesTests
{
    private const string Name = "/var/updates/c";
    private const string Boot = "7f9c24e5-2f7e-4f3a-9b0e-1d2c3b4a5f60";

    private static byte[] Golden => File.ReadAllBytes(Path.Combine(
        TestContext.CurrentContext.TestDirectory, "TestData", "formats", "update-checkpoint-v1.bin"));

    [Test]
    public void A_checkpoint_that_another_program_wrote_is_read_and_written_the_same()
    {
        SimulatedFiles files = ApplyDesk.Files();
        files.Put(Name + ".now", Golden);
        using CheckpointFiles checkpoint = new(files, Name, Boot, 4);
        PayloadPosition position = checkpoint.Read()!;
        Assert.That((position.NextOperation, position.DataOffset), Is.EqualTo((17, 123456789UL)));
        Assert.That(position.MetadataSha256, Is.EqualTo(Enumerable.Range(0, 32).Select(static i => (byte)i)));
        files.Put(Name + ".now", []);
        checkpoint.SaveNow(position);
        Assert.That(files.Get(Name + ".now"), Is.EqualTo(Golden));
    }

    [Test]
    public void What_was_noted_in_another_boot_for_another_partition_or_is_damaged_does_not_count()
    {
        SimulatedFiles files = ApplyDesk.Files();
        files.Put(Name + ".now", Golden);
        Assert.That(Read(files, "another", 4), Is.Null);
        Assert.That(Read(files, Boot, 3), Is.Null);
        Assert.That(Read(files, Boot, 4), Is.Not.Null);
        for (int bit = 0; bit < Golden.Length * 8; bit += 7)
        {
            byte[] damaged = Golden;
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            files.Put(Name + ".now", damaged);
            Assert.That(Read(files, Boot, 4), Is.Null, $"bit {bit}");
        }

        for (int length = 0; length < Golden.Length; length += 13)
        {
            files.Put(Name + ".now", Golden.AsSpan(0, length));
            Assert.That(Read(files, Boot, 4), Is.Null, $"{length} bytes");
        }

        // Without a boot it would count for ever: what is noted in passing never passes for what is durable.
        files.Delete(Name + ".now");
        files.Put(Name, Golden);
        Assert.That(Read(files, Boot, 4), Is.Null);
    }

    private static PayloadPosition? Read(SimulatedFiles files, string boot, int partition)
    {
        using CheckpointFiles checkpoint = new(files, Name, boot, partition);
        return checkpoint.Read();
    }
}
