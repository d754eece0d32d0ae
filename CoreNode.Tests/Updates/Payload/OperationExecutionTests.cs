using CoreNode.Updates.Payload;

namespace CoreNode.Tests.Updates.Payload;

/// <summary>Single operations: what they make, and that nothing unproved is made.</summary>
[TestFixture, Category("Unit")]
internal sealed class OperationExecutionTests
{
    private const int BlockBytes = 4096;

    [Test]
    public void Data_that_ends_in_a_block_is_filled_up_with_zeros()
    {
        byte[] data = TestImages.Noise(1, BlockBytes + 5);
        byte[] output = TestImages.Noise(2, 2 * BlockBytes);
        Assert.That(Run(Of(OperationType.Replace, 2), data, [], output), Is.Null);
        Assert.That(output, Is.EqualTo((byte[])[.. data, .. new byte[BlockBytes - 5]]));
    }

    [TestCase(OperationType.Zero)]
    [TestCase(OperationType.Discard)]
    public void Zeros_are_zeros(OperationType type)
    {
        byte[] output = TestImages.Noise(2, 2 * BlockBytes);
        Assert.That(Run(Of(type, 2), [], [], output), Is.Null);
        Assert.That(output, Is.All.Zero);
    }

    [Test]
    public void A_bomb_ends_at_its_operations_size()
    {
        byte[] bomb = new TestCodecs().Encode(OperationType.ReplaceXz, new byte[1 << 20], [], 0);
        PayloadFault? fault = Run(Of(OperationType.ReplaceXz, 2), bomb, [], new byte[2 * BlockBytes]);
        Assert.That(fault!.Code, Is.EqualTo(PayloadErrorCode.OperationExecution));
        Assert.That(fault.Text, Does.Contain("more than it may write"));
    }

    [Test]
    public void Too_little_or_broken_data_is_refused()
    {
        byte[] little = new TestCodecs().Encode(OperationType.ReplaceXz, new byte[BlockBytes], [], 0);
        InstallOperation operation = Of(OperationType.ReplaceXz, 2);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                Run(operation, little, [], new byte[2 * BlockBytes])!.Code,
                Is.EqualTo(PayloadErrorCode.OperationExecution));
            Assert.That(
                Run(operation, [1, 2, 3], [], new byte[2 * BlockBytes])!.Code,
                Is.EqualTo(PayloadErrorCode.OperationExecution));
            Assert.That(
                Run(operation, little, [], new byte[BlockBytes])!.Code,
                Is.EqualTo(PayloadErrorCode.OperationExecution));
            Assert.That(
                Run(Of(OperationType.Replace, 2), new byte[3 * BlockBytes], [], new byte[2 * BlockBytes])!.Code,
                Is.EqualTo(PayloadErrorCode.OperationExecution));
        }
    }

    [Test]
    public void Every_kind_has_the_formats_name()
    {
        foreach (OperationType type in Enum.GetValues<OperationType>())
            Assert.That(OperationExecution.Name(type), Does.Match("^[A-Z_]+$"));
        Assert.That(OperationExecution.Name((OperationType)5), Is.EqualTo("kind 5"));
    }

    private static InstallOperation Of(OperationType type, ulong blocks) =>
        new() { Type = type, DestinationExtents = [new Extent(0, blocks)] };

    private static PayloadFault? Run(InstallOperation operation, byte[] data, byte[] source, byte[] output) =>
        OperationExecution.TryProduce(operation, data, source, new TestCodecs(), FastHashes.Instance, output);
}
