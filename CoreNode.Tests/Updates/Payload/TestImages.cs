using CoreNode.Foundation;
using CoreNode.Updates.Payload;
using CoreNode.Updates.Payload.Creating;

namespace CoreNode.Tests.Updates.Payload;

/// <summary>Images and payloads for tests.</summary>
internal static class TestImages
{
    public const int BlockBytes = PayloadLimits.BlockSizeBytes;

    private const ulong LargestImage = 64 << 20;

    /// <summary>Bytes that no codec makes smaller.</summary>
    public static byte[] Noise(ulong seed, int length)
    {
        Prng random = new(seed);
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
            bytes[i] = (byte)(random.NextUInt64() >> 56);
        return bytes;
    }

    /// <summary>A release as tests sign it.</summary>
    public static ReleaseInfo Release => new()
    {
        Version = "1.4.0",
        Counter = 7,
        Expiry = 1_900_000_000,
        Board = "amd64-usr",
        AppId = "e96281a6-d1af-4bde-9a0a-97b76e56dc57",
        MinimumCounter = 3,
        VerityRootHash = Noise(1, 32),
        VeritySalt = Noise(2, 16),
        VerityHashOffset = 8192,
        KernelHashes = [Noise(3, 32), Noise(4, 32)],
    };

    /// <summary>Makes a payload as the command line does; a seed mixes the order in which chunks are made.</summary>
    public static byte[] Payload(
        IReadOnlyList<CreationImage> images,
        IPayloadSigner? signer,
        ICodecs? codecs = null,
        CreationOptions? options = null,
        ulong seed = 0,
        ReleaseInfo? release = null)
    {
        Creation creation = new(
            images,
            release ?? Release,
            options ?? new CreationOptions(),
            codecs ?? new TestCodecs(),
            FastHashes.Instance);
        Prng random = new(seed);
        List<CreationJob> jobs = [.. creation.Jobs];
        while (jobs.Count > 0)
        {
            int next = random.Next(jobs.Count);
            jobs[next].Run();
            jobs.RemoveAt(next);
        }

        creation.FinishJobs();
        List<int> waiting = [.. Enumerable.Range(0, creation.ChunkCount)];
        Chunk[] chunks = new Chunk[creation.ChunkCount];
        ChunkWorkspace workspace = new();
        while (waiting.Count > 0)
        {
            int next = waiting[random.Next(waiting.Count)];
            waiting.Remove(next);
            chunks[next] = creation.Make(next, workspace);
        }

        using MemoryStream data = new();
        foreach (Chunk chunk in chunks)
            creation.Accept(chunk, data);
        using MemoryStream output = new();
        PayloadWriter.Write(creation.Finish(), new MemoryFile(data.ToArray()), signer, FastHashes.Instance, output);
        return output.ToArray();
    }

    /// <summary>Carries a payload out with the product's own reader: what comes out, or the fault.</summary>
    public static Dictionary<string, byte[]>? Apply(
        byte[] payload, ISignatureCheck check, byte[]? old, out PayloadFault? fault, int piece = int.MaxValue)
    {
        PayloadReader reader = new(check, FastHashes.Instance, PayloadExpectation.None);
        Dictionary<string, byte[]> images = [];
        while (true)
        {
            int at = (int)reader.FileOffset;
            ReadOnlySpan<byte> input = payload.AsSpan(at, Math.Min(piece, payload.Length - at));
            PayloadStep step = reader.Read(ref input);
            if (step == PayloadStep.Operation)
                step = (fault = Perform(reader, images, old)) is null ? step : PayloadStep.Fault;
            else
                fault = reader.Fault;
            if (step == PayloadStep.NeedsBytes && reader.FileOffset == payload.Length)
                fault = reader.Finish();
            if (fault is not null)
                return null;
            if (step == PayloadStep.End)
                return images;
        }
    }

    /// <summary>Carries the reader's operation out on images in memory.</summary>
    public static PayloadFault? Perform(PayloadReader reader, Dictionary<string, byte[]> images, byte[]? old)
    {
        InstallOperation operation = reader.Operation!;
        PartitionUpdate partition = reader.Partition!;
        if (partition.NewInfo.Size > LargestImage || partition.OldInfo?.Size > (ulong)(old?.Length ?? 0))
            return new(PayloadErrorCode.NewPartitionInfo, "this machine has other partitions");
        if (!images.TryGetValue(partition.Name, out byte[]? image))
            images[partition.Name] = image = Noise(99, (int)partition.NewInfo.Size);
        byte[] output = new byte[OperationExecution.OutputBytes(operation)];
        using MemoryStream source = new();
        foreach (Extent extent in operation.SourceExtents)
            source.Write(old!, (int)extent.Start * BlockBytes, (int)extent.Count * BlockBytes);
        PayloadFault? fault = OperationExecution.TryProduce(
            operation, reader.Data, source.ToArray(), new TestCodecs(), FastHashes.Instance, output);
        if (fault is not null)
            return fault;
        int from = 0;
        foreach (Extent extent in operation.DestinationExtents)
        {
            int at = (int)extent.Start * BlockBytes;
            int bytes = (int)extent.Count * BlockBytes;
            output.AsSpan(from, Math.Min(bytes, image.Length - at)).CopyTo(image.AsSpan(at));
            from += bytes;
        }

        return null;
    }
}
