using System.Buffers;
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
    private readonly Lock _gate = new(); // _places
    private readonly Dictionary<string, ShelfPlace> _places = new(StringComparer.Ordinal);
    private readonly FastHashes _hashes = new();
    private int _arrivals;

    private Shelf(IFiles files, string folder, long mostBytes)
    {
        _files = files;
        _folder = folder;
        _mostBytes = mostBytes;
    }

    /// <summary>Files that are there.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _places.Count;
        }
    }

    /// <summary>Their bytes.</summary>
    public long Bytes
    {
        get
        {
            long bytes = 0;
            lock (_gate)
            {
                foreach (ShelfPlace place in _places.Values)
                    bytes += place.Size;
            }

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
            shelf._places.Add(name, new ShelfPlace(file.Length));
        }

        return shelf;
    }

    /// <summary>True if that file is there, with all its bytes.</summary>
    public bool Has(CatalogueFile file)
    {
        lock (_gate)
            return _places.TryGetValue(file.Sha256, out ShelfPlace? place) && place.Size == file.Size;
    }

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
        {
            // Within the lock: a sweep must not come between the name and the note that it is wanted.
            _files.Rename(arrival.Path, PathOf(arrival.Sha256));
            int pins = _places.TryGetValue(arrival.Sha256, out ShelfPlace? before) ? before.Pins : 0;
            _places[arrival.Sha256] = new ShelfPlace(arrival.Size) { Pins = pins + 1 };
        }

        _files.SyncFolder(_folder);
    }

    /// <summary>The package was made, or will not be.</summary>
    public void Release(string sha256)
    {
        lock (_gate)
        {
            if (_places.TryGetValue(sha256, out ShelfPlace? place))
                place.Pins--;
        }
    }

    /// <summary>Removes a file that came in and is not wanted.</summary>
    public void Drop(Arrival arrival) => _files.Delete(arrival.Path);

    /// <summary>Opens a file for reading it all.</summary>
    public IFile Open(string sha256) => _files.Open(PathOf(sha256), create: false);

    /// <summary>Removes files that nobody needs; gives how many.</summary>
    public int Sweep(HashSet<string> needed)
    {
        List<string> unneeded = [];
        lock (_gate)
        {
            foreach ((string name, ShelfPlace place) in _places)
            {
                if (place.Pins == 0 && !needed.Contains(name))
                    unneeded.Add(name);
            }

            foreach (string name in unneeded)
            {
                _places.Remove(name);
                _files.Delete(PathOf(name));
            }
        }

        return unneeded.Count;
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
