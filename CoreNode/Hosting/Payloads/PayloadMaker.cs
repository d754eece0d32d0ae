using System.Globalization;
using CoreNode.Cli.Payloads;
using CoreNode.Updates.Keys;
using CoreNode.Updates.Payload;
using CoreNode.Updates.Payload.Creating;

namespace CoreNode.Hosting.Payloads;

/// <summary>
/// Makes one payload: hands the pure creation its files and threads. The operations' data is kept in a file
/// beside the payload until the manifest that precedes it is known. The payload gets its name when it is complete.
/// </summary>
internal sealed class PayloadMaker : IDisposable
{
    private const string Reading = "reading";
    private const string Packing = "packing";
    private const string Writing = "writing";

    private readonly PayloadOrder _order;
    private readonly PayloadHashes _hashes;
    private readonly Action<PayloadProgress> _progress;
    private readonly CancellationToken _cancellation;
    private readonly PayloadCodecs _codecs = new();
    private readonly List<PayloadFile> _files = [];
    private readonly List<PayloadFile> _news = [];

    public PayloadMaker(
        PayloadOrder order, PayloadHashes hashes, Action<PayloadProgress> progress, CancellationToken cancellation)
    {
        _order = order;
        _hashes = hashes;
        _progress = progress;
        _cancellation = cancellation;
    }

    public void Make()
    {
        if (!_order.Replaces && File.Exists(_order.OutputFile))
            throw new IOException($"{_order.OutputFile} is there already; --force replaces it");
        // All that can be wrong with keys is found before the work.
        SigningKey[] keys = [.. _order.Keys.Select(SigningKey.ReadFile)];
        PayloadSigner? signer = keys.Length > 0 ? new PayloadSigner(keys) : null;
        Creation creation = new(Images(), Release(keys), Options(), _codecs, _hashes);
        string own = string.Create(CultureInfo.InvariantCulture, $".{Environment.ProcessId}");
        string dataFile = _order.OutputFile + own + ".data";
        string part = _order.OutputFile + own + ".part";
        try
        {
            PayloadManifest manifest = Pack(creation, dataFile);
            _cancellation.ThrowIfCancellationRequested();
            using (PayloadFile data = PayloadFile.Open(dataFile))
                Write(manifest, data, signer, part);
            _cancellation.ThrowIfCancellationRequested();
            File.Move(part, _order.OutputFile, overwrite: _order.Replaces);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException($"{_order.OutputFile} may not be written by this user", denied);
        }
        finally
        {
            File.Delete(dataFile);
            File.Delete(part);
        }
    }

    public void Dispose()
    {
        _codecs.Dispose();
        foreach (PayloadFile file in _files)
            file.Dispose();
    }

    private PayloadManifest Pack(Creation creation, string dataFile)
    {
        IReadOnlyList<CreationJob> jobs = creation.Jobs;
        long total = jobs.Sum(static job => job.Bytes);
        long done = 0;
        OrderedWork<CreationJob>.Run(
            jobs.Count,
            _order.Threads,
            () => number =>
            {
                jobs[number].Run();
                return jobs[number];
            },
            job => _progress(new PayloadProgress(Reading, done += job.Bytes, total)),
            _cancellation);
        creation.FinishJobs();
        using FileStream data = new(dataFile, FileMode.Create, FileAccess.Write);
        int chunks = 0;
        total = _news.Sum(static file => file.Length);
        OrderedWork<Chunk>.Run(
            creation.ChunkCount,
            _order.Threads,
            () =>
            {
                ChunkWorkspace workspace = new();
                return number => creation.Make(number, workspace);
            },
            chunk =>
            {
                creation.Accept(chunk, data);
                chunks++;
                _progress(new PayloadProgress(
                    Packing, Math.Min(total, (long)chunks * Creation.ChunkBytes), total));
            },
            _cancellation);
        return creation.Finish();
    }

    private void Write(PayloadManifest manifest, PayloadFile data, PayloadSigner? signer, string part)
    {
        _progress(new PayloadProgress(Writing, 0, data.Length));
        using FileStream output = new(part, FileMode.Create, FileAccess.Write);
        PayloadWriter.Write(manifest, data, signer, _hashes, output);
        output.Flush(flushToDisk: true);
        _progress(new PayloadProgress(Writing, data.Length, data.Length));
    }

    private List<CreationImage> Images()
    {
        PayloadFile image = Open(_order.NewImage, isNew: true);
        PayloadFile? old = _order.OldImage is { } file ? Open(file, isNew: false) : null;
        List<CreationImage> images = [new CreationImage(PartitionUpdate.Root, image, old)];
        if (_order.Kernel is { } kernel)
            images.Add(new CreationImage(PartitionUpdate.Kernel, Open(kernel, isNew: true), null));
        return images;
    }

    private PayloadFile Open(string path, bool isNew)
    {
        PayloadFile file = PayloadFile.Open(path);
        _files.Add(file);
        if (isNew)
            _news.Add(file);
        return file.Length > 0 ? file : throw new IOException($"{path} is empty");
    }

    private ReleaseInfo Release(IReadOnlyList<SigningKey> keys)
    {
        byte[]? kernel = _order.Kernel is null ? null : HashOf(_news[^1]);
        return Release(kernel, SlotWords.Make(_order, _news[0], kernel is null ? null : _news[^1], kernel, keys));
    }

    private ReleaseInfo Release(byte[]? kernelHash, byte[] slotWords) => new()
    {
        Version = _order.Version,
        Counter = _order.Counter,
        Expiry = _order.Expiry,
        Board = _order.Board,
        AppId = _order.AppId,
        MinimumCounter = _order.MinimumCounter,
        VerityRootHash = _order.VerityRootHash,
        VeritySalt = _order.VeritySalt,
        VerityHashOffset = _order.VerityHashOffset,
        KernelHashes = kernelHash is null ? [] : [kernelHash],
        SlotMetadata = slotWords,
    };

    private static byte[] HashOf(PayloadFile file)
    {
        RunningSha256 hash = new();
        byte[] piece = new byte[1 << 20];
        for (long at = 0; at < file.Length; at += piece.Length)
        {
            Span<byte> bytes = piece.AsSpan(0, (int)Math.Min(piece.Length, file.Length - at));
            file.Read(at, bytes);
            hash.Append(bytes);
        }

        return hash.Current();
    }

    private CreationOptions Options()
    {
        string[] packers = [.. _order.Packers.Distinct()];
        return new CreationOptions { Kinds = Array.ConvertAll(packers, KindOf) };
    }

    private static OperationType KindOf(string packer) => packer switch
    {
        "zstd" => OperationType.ReplaceZstd,
        "xz" => OperationType.ReplaceXz,
        "bzip2" => OperationType.ReplaceBz,
        _ => throw new ArgumentOutOfRangeException(nameof(packer), packer, "no such packer"),
    };
}
