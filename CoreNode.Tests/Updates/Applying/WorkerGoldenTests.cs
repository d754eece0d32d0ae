using CoreNode.Updates.Applying.Worker;

namespace CoreNode.Tests.Updates.Applying;

/// <summary>
/// The lines between a node and its worker as version 1 of their protocol has them, written by hand: an executable that
/// is being replaced talks to its successor.
/// </summary>
[TestFixture, Category("Unit")]
internal sealed class WorkerGoldenTests
{
    private const string Now = "update-worker-v1.txt";

    // Without the fields that payloads between nodes brought.
    private const string Before = "update-worker-v1.before-sharing.txt";
    private const string Keys = "/etc/corenode/update-keys";
    private const string Checkpoint = "/var/lib/corenode/updates/checkpoint";
    private const string Metadata = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";

    private static readonly WorkerJob s_apply = new()
    {
        Step = WorkerStep.Apply,
        Url = "/root/update.payload",
        TrustFolder = Keys,
        Disk = "/srv/disk.img",
        Partition = 3,
        SourcePartition = 4,
        Checkpoint = Checkpoint,
        IsResumed = true,
        BytesPerSecond = 5_000_000,
        MetadataSha256 = Metadata,
    };

    private static readonly WorkerJob[] s_jobs =
    [
        new()
        {
            Step = WorkerStep.Metadata,
            Url = "https://updates.example.com/packages/update.payload",
            Size = 9_471_233,
            Sha256 = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            User = "node",
            Password = "secret",
            CaFile = "/etc/corenode/update-ca.pem",
            TrustFolder = Keys,
            Disk = "/dev/vda",
            Partition = 4,
            SourcePartition = 3,
            Kernel = "/boot/coreos/vmlinuz-b",
            Checkpoint = Checkpoint,
        },
        s_apply,
        s_apply with { Step = WorkerStep.Verify },
    ];

    private static readonly WorkerLine[] s_lines =
    [
        new WorkerLine.Progress(1 << 20, 9_471_233),
        new WorkerLine.Metadata
        {
            MetadataSha256 = Metadata,
            Size = 9_471_233,
            Version = "1.4.1",
            Counter = ulong.MaxValue,
            MinimumCounter = 7,
            Expiry = 1_900_000_000,
            Board = "amd64-usr",
            AppId = "{e96281a6-d1af-4bde-9a0a-97b76e56dc57}",
            IsDelta = true,
        },
        new WorkerLine.Applied(12_288, 397_897_728, 9_471_233),
        new WorkerLine.Verified("CNSLOT\n\u001a\u0001\0\0\0"u8.ToArray()),
        new WorkerLine.Verified(default),
        new WorkerLine.Stopped(),
        new WorkerLine.Failed(2503, "the server answered 503: try again later") { HttpStatus = 503 },
        new WorkerLine.Failed(9, "updates.example.com cannot be reached") { IsNoNetwork = true },
    ];

    private static readonly WorkerOrder[] s_orders =
        [new WorkerOrder.Pause(), new WorkerOrder.Go(), new WorkerOrder.Rate(5_000_000)];

    [Test]
    public void Jobs_are_read_and_written_as_they_were()
    {
        foreach (string file in (string[])[Before, Now])
        {
            Assert.That(
                Part("job", file).Select(static line => WorkerJobCodec.TryRead(line, out _)), Is.EqualTo(s_jobs));
        }

        Assert.That(s_jobs.Select(WorkerJobCodec.Write), Is.EqualTo(Part("job")));
    }

    [TestCase(Before)]
    [TestCase(Now)]
    public void So_are_lines(string file)
    {
        string[] golden = Part("lines", file);
        Assert.That(golden, Has.Length.EqualTo(s_lines.Length));
        for (int i = 0; i < golden.Length; i++)
        {
            WorkerLine? read = WorkerLineCodec.TryRead(golden[i], out string? complaint);
            Assert.That(complaint, Is.Null);
            // Bytes are the same if they say the same.
            if (read is WorkerLine.Verified verified)
            {
                byte[] expected = ((WorkerLine.Verified)s_lines[i]).SlotMetadata.ToArray();
                Assert.That(verified.SlotMetadata.ToArray(), Is.EqualTo(expected));
            }
            else
            {
                Assert.That(read, Is.EqualTo(s_lines[i]));
            }

            if (file == Now)
                Assert.That(WorkerLineCodec.Write(s_lines[i]), Is.EqualTo(golden[i]));
        }
    }

    [Test]
    public void So_are_orders()
    {
        string[] golden = Part("orders");
        Assert.That(golden.Select(WorkerOrderCodec.TryRead), Is.EqualTo(s_orders));
        Assert.That(s_orders.Select(WorkerOrderCodec.Write), Is.EqualTo(golden));
    }

    // A word alone in its line begins a part, unless it is an order.
    private static string[] Part(string name, string file = Now)
    {
        string[] parts = ["job", "lines", "orders"];
        string[] lines = File.ReadAllLines(Path.Combine(
            TestContext.CurrentContext.TestDirectory, "TestData", "formats", file));
        return [.. lines.SkipWhile(line => line != name).Skip(1).TakeWhile(line => !parts.Contains(line))];
    }
}
