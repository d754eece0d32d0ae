using CoreNode.Updates.Applying.Worker;

namespace CoreNode.Tests.Updates.Applying;

/// <summary>What a node and its worker say to each other, both ways.</summary>
[TestFixture, Category("Unit")]
internal sealed class WorkerCodecTests
{
    private static readonly WorkerLine[] s_lines =
    [
        new WorkerLine.Progress(1, long.MaxValue),
        new WorkerLine.Metadata { MetadataSha256 = "ab", Size = 7 },
        new WorkerLine.Metadata
        {
            MetadataSha256 = "ab",
            Size = 7,
            Version = "1.4.0",
            Counter = ulong.MaxValue,
            MinimumCounter = 3,
            Expiry = 1_900_000_000,
            Board = "amd64-usr",
            AppId = "{e96281a6}",
            IsDelta = true,
        },
        new WorkerLine.Applied(1, 2, 3),
        new WorkerLine.Stopped(),
        new WorkerLine.Failed(9, "the \"connection\"\nbroke") { IsNoNetwork = true, HttpStatus = 503 },
    ];

    [TestCaseSource(nameof(s_lines))]
    public void A_line_comes_back_as_it_was(WorkerLine line)
    {
        string text = WorkerLineCodec.Write(line);
        Assert.That(text, Does.Not.Contain("\n"));
        Assert.That(WorkerLineCodec.TryRead(text, out string? complaint), Is.EqualTo(line));
        Assert.That(complaint, Is.Null);
    }

    [Test]
    public void What_a_slot_says_of_itself_comes_back()
    {
        string text = WorkerLineCodec.Write(new WorkerLine.Verified(new byte[] { 1, 2, 255 }));
        WorkerLine.Verified read = (WorkerLine.Verified)WorkerLineCodec.TryRead(text, out _)!;
        Assert.That(read.SlotMetadata.ToArray(), Is.EqualTo(new byte[] { 1, 2, 255 }));
    }

    [Test]
    public void A_job_comes_back_as_it_was([Values] WorkerStep step)
    {
        WorkerJob job = new()
        {
            Step = step,
            Url = "https://u/p?q=\"1\"",
            Size = 5,
            Sha256 = "aa",
            User = "u",
            Password = "p\n",
            CaFile = "/ca",
            TrustFolder = "/keys",
            Disk = "/dev/vda",
            Partition = 4,
            SourcePartition = 3,
            Kernel = "/boot/coreos/vmlinuz-b",
            Checkpoint = "/c",
            IsResumed = true,
            BytesPerSecond = 10,
            MetadataSha256 = "bb",
        };
        string text = WorkerJobCodec.Write(job);
        Assert.That(text, Does.Not.Contain("\n"));
        Assert.That(WorkerJobCodec.TryRead(text, out _), Is.EqualTo(job));
    }

    [TestCase("")]
    [TestCase("no json")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("{\"protocol\":1}")]
    [TestCase("{\"protocol\":1,\"kind\":\"bake\"}")]
    [TestCase("{\"protocol\":2,\"kind\":\"apply\"}")]
    [TestCase("{\"protocol\":1,\"kind\":\"apply\",\"partition\":4000000000}")]
    [TestCase("{\"protocol\":1,\"kind\":\"failed\",\"code\":\"x\"}")]
    public void What_is_no_line_of_this_version_is_refused_with_a_reason(string text)
    {
        Assert.That(WorkerJobCodec.TryRead(text, out string? ofJob), Is.Null);
        Assert.That(ofJob, Is.Not.Empty);
        Assert.That(WorkerLineCodec.TryRead(text, out string? ofLine), Is.Null);
        Assert.That(ofLine, Is.Not.Empty);
    }

    [Test]
    public void Orders_come_back_and_others_are_passed_over()
    {
        foreach (WorkerOrder order in new WorkerOrder[]
            { new WorkerOrder.Pause(), new WorkerOrder.Go(), new WorkerOrder.Rate(12345) })
        {
            Assert.That(WorkerOrderCodec.TryRead(WorkerOrderCodec.Write(order)), Is.EqualTo(order));
        }

        Assert.That(WorkerOrderCodec.TryRead("rate -1"), Is.Null);
        Assert.That(WorkerOrderCodec.TryRead("rate"), Is.Null);
        Assert.That(WorkerOrderCodec.TryRead("stop"), Is.Null);
    }
}
