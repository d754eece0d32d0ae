using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using CoreNode.Platform;
using CoreNode.Updates.Keys;
using CoreNode.Updates.Payload;

namespace CoreNode.Updates.Server.Shelves;

/// <summary>
/// The payload files, each under its SHA-256, so that a name says what is in it and one file serves however many
/// packages. A file is written under another name and gets its own only when it is whole, durable and verified. What no
/// package has any more is swept later. Any thread.
/// </summary>
internal sealed class Shelf
{
    private const string Unfinished = ".tmp";
    private const int PieceBytes = 1 << 20;
    private const int SyncBytes = 16 * PieceBytes;

    private static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789abcdef");

    private readonly IFiles _files;
    private readonly string _folder;
    private readonly long _mostBytes;
    private readonly ConcurrentDictionary<string, long> _names = new(StringComparer.Ordinal);
    private readonly Lock _gate = new(); // _pins
    private readonly Dictionary<string, int> _pins = new(StringComparer.Ordinal);
    private readonly FastHashes _hashes = new();
    private int _arrivals;

    private Shelf(IFiles files, string folder, long mostBytes)
    {
        _files = files;
        _folder = folder;
        _mostBytes = mostBytes;
    }

    /// <summary>Files that are there.</summary>
    public int Count => _names.Count;

    /// <summary>Their bytes.</summary>
    public long Bytes
    {
        get
        {
            long bytes = 0;
            foreach (KeyValuePair<string, long> name in _names)
                bytes += name.Value;
            return bytes;
        }
    }

    /// <summary>Opens the shelf; what a stopped process left unfinished is removed.</summary>
    public static Shelf Open(IFiles files, string folder, long mostBytes)
    {
        Shelf shelf = new(files, folder, mostBytes);
        files.CreateFolder(folder);
        foreach (string name in files.List(folder))
        {
            string path = Path.Combine(folder, name);
            if (name.EndsWith(Unfinished, StringComparison.Ordinal))
            {
                files.Delete(path);
                continue;
            }

            if (!IsHash(name))
                continue;
            using IFile file = files.Open(path, create: false);
            shelf._names.TryAdd(name, file.Length);
        }

        return shelf;
    }

    /// <summary>True if a file of that hash is there.</summary>
    public bool Has(string sha256) => _names.ContainsKey(sha256);

    /// <summary>Where a file is, or would be.</summary>
    public string PathOf(string sha256) => Path.Combine(_folder, sha256);

    /// <summary>Writes what comes to a file, durably, and hashes it. Memory is bounded, whatever comes.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="size">How many are announced; null if unknown.</param>
    /// <param name="sha256">Their announced hash; null if unknown.</param>
    /// <param name="cancellation">Ends it; nothing is left.</param>
    /// <exception cref="CatalogueException">It is longer, shorter or something else than announced.</exception>
    public async Task<Arrival> TakeAsync(
        Stream source, long? size, string? sha256, CancellationToken cancellation)
    {
        if (size > _mostBytes)
            throw TooLong();
        string path = Path.Combine(_folder, string.Create(
            CultureInfo.InvariantCulture, $"arrival-{Interlocked.Increment(ref _arrivals)}{Unfinished}"));
        try
        {
            return await WriteAsync(path, source, size, sha256, cancellation);
        }
        catch (DiskFullException full)
        {
            _files.Delete(path);
            throw new CatalogueException(CatalogueFault.Full, full.Message, full);
        }
        catch
        {
            _files.Delete(path);
            throw;
        }
    }

    /// <summary>Verifies a payload against the keys, all of it.</summary>
    /// <exception cref="CatalogueException">It does not verify, or there is no key.</exception>
    public VerifiedPayload Verify(Arrival arrival, TrustedKeys keys)
    {
        if (keys.Keys.Count == 0)
        {
            throw new CatalogueException(
                CatalogueFault.Untrusted,
                "the server trusts no key, so no payload can be verified: give it the public keys of your releases");
        }

        using ShelfFile file = new(_files.Open(arrival.Path, create: false));
        return WholePayload.TryVerify(file, keys, _hashes, PayloadExpectation.None, out PayloadFault? fault)
            ?? throw new CatalogueException(CatalogueFault.Untrusted, $"the payload is refused: {fault}");
    }

    /// <summary>
    /// Gives a file its name, durably, and keeps it from being swept till <see cref="Release"/>: the package that needs
    /// it is still to be made.
    /// </summary>
    public void Keep(Arrival arrival)
    {
        lock (_gate)
            _pins[arrival.Sha256] = _pins.GetValueOrDefault(arrival.Sha256) + 1;
        _files.Rename(arrival.Path, PathOf(arrival.Sha256));
        _files.SyncFolder(_folder);
        _names[arrival.Sha256] = arrival.Size;
    }

    /// <summary>The package was made, or will not be.</summary>
    public void Release(string sha256)
    {
        lock (_gate)
        {
            int count = _pins.GetValueOrDefault(sha256) - 1;
            if (count > 0)
                _pins[sha256] = count;
            else
                _pins.Remove(sha256);
        }
    }

    /// <summary>Removes a file that came in and is not wanted.</summary>
    public void Drop(Arrival arrival) => _files.Delete(arrival.Path);

    /// <summary>Opens a file for reading it all.</summary>
    public IFile Open(string sha256) => _files.Open(PathOf(sha256), create: false);

    /// <summary>Removes files that nobody needs; gives how many.</summary>
    public int Sweep(HashSet<string> needed)
    {
        int swept = 0;
        foreach (KeyValuePair<string, long> name in _names)
        {
            lock (_gate)
            {
                if (needed.Contains(name.Key) || _pins.ContainsKey(name.Key))
                    continue;
                // Before it could be kept again.
                _names.TryRemove(name.Key, out _);
                _files.Delete(PathOf(name.Key));
            }

            swept++;
        }

        return swept;
    }

    private static bool IsHash(string name) => name.Length == 64 && name.AsSpan().IndexOfAnyExcept(s_hex) < 0;

    private async Task<Arrival> WriteAsync(
        string path, Stream source, long? size, string? sha256, CancellationToken cancellation)
    {
        using IFile file = _files.Open(path, create: true);
        using IncrementalHash hash256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // The protocol has a place for SHA-1, and old tools want it filled; nothing rests on it.
        using IncrementalHash hash1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        byte[] piece = new byte[PieceBytes];
        long length = 0;
        int count;
        while ((count = await source.ReadAtLeastAsync(piece, PieceBytes, throwOnEndOfStream: false, cancellation)) > 0)
        {
            ReadOnlySpan<byte> bytes = piece.AsSpan(0, count);
            if (length + count > Math.Min(size ?? _mostBytes, _mostBytes))
                throw size is null ? TooLong() : Other($"is longer than the announced {size} bytes");
            file.Write(length, bytes);
            hash256.AppendData(bytes);
            hash1.AppendData(bytes);
            length += count;
            // Little by little: the ledger syncs to the same disk.
            if (length % SyncBytes == 0)
                file.SyncData();
        }

        string found = Convert.ToHexStringLower(hash256.GetHashAndReset());
        if (size is not null && length != size)
            throw Other(string.Create(CultureInfo.InvariantCulture, $"has {length} bytes; announced were {size}"));
        if (sha256 is not null && !found.Equals(sha256, StringComparison.OrdinalIgnoreCase))
            throw Other($"has SHA-256 {found}; announced was {sha256}");
        file.Sync();
        return new Arrival(path, length, found, Convert.ToHexStringLower(hash1.GetHashAndReset()));
    }

    private CatalogueException TooLong() => new(
        CatalogueFault.Full,
        string.Create(CultureInfo.InvariantCulture, $"the file is longer than the {_mostBytes} bytes that are taken"));

    private static CatalogueException Other(string what) => new(CatalogueFault.Untrusted, $"the file {what}");
}
