using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace CoreNode.Api.Auth;

/// <summary>
/// Credentials that were verified a while ago, right ones and, shortly, wrong ones: a request with a known one costs a
/// hash and a look-up. Each is bound to the version of the user's record, so a change of the user ends it. Any thread.
/// </summary>
internal sealed class CredentialCache(int capacity, TimeProvider time)
{
    /// <summary>How long a wrong credential is remembered: a flood of it costs nothing meanwhile.</summary>
    public static readonly TimeSpan WrongFor = TimeSpan.FromSeconds(10);

    private const int MaxOnStack = 512;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(CredentialDigest.Length);
    private readonly ConcurrentDictionary<CredentialDigest, Entry> _entries = new();
    private readonly ConcurrentQueue<CredentialDigest> _order = new();

    /// <summary>How many it holds.</summary>
    public int Count => _entries.Count;

    /// <summary>
    /// What stands for a header. A key before the text is enough, at a third of an HMAC's price: nobody sees the
    /// hashes, so nobody can lengthen one.
    /// </summary>
    public CredentialDigest DigestOf(string header)
    {
        ReadOnlySpan<byte> text = MemoryMarshal.AsBytes(header.AsSpan());
        int length = _key.Length + text.Length;
        Span<byte> room = length <= MaxOnStack ? stackalloc byte[MaxOnStack] : new byte[length];
        _key.CopyTo(room);
        text.CopyTo(room[_key.Length..]);
        Span<byte> hash = stackalloc byte[CredentialDigest.Length];
        SHA256.HashData(room[..length], hash);
        return CredentialDigest.Of(hash);
    }

    /// <summary>
    /// True if it is known whether a credential is right; then <paramref name="user"/> is who proved to be that, null
    /// for a wrong one.
    /// </summary>
    public bool TryFind(CredentialDigest digest, AuthState state, out AuthUser? user)
    {
        user = null;
        if (!_entries.TryGetValue(digest, out Entry? entry))
            return false;
        AuthUser? now = state.FindUser(entry.User);
        bool isCurrent = (now?.Version ?? 0) == entry.Version
            && (entry.IsRight || time.GetElapsedTime(entry.Since) < WrongFor);
        if (!isCurrent)
            return false;
        user = entry.IsRight ? now : null;
        return true;
    }

    /// <summary>Keeps what was found out; the oldest ones make room.</summary>
    public void Add(CredentialDigest digest, string user, ulong version, bool isRight)
    {
        if (!_entries.ContainsKey(digest))
            _order.Enqueue(digest);
        _entries[digest] = new Entry(user, version, isRight, time.GetTimestamp());
        while (_entries.Count > capacity && _order.TryDequeue(out CredentialDigest oldest))
            _entries.TryRemove(oldest, out _);
    }

    /// <summary>Drops those of users that are not what they were, or not there any more.</summary>
    public void DropChanged(AuthState state)
    {
        foreach ((CredentialDigest digest, Entry entry) in _entries)
        {
            if ((state.FindUser(entry.User)?.Version ?? 0) != entry.Version)
                _entries.TryRemove(digest, out _);
        }

        if (_order.Count <= 2 * capacity)
            return;
        // Digests of dropped entries: begun anew with those that are there.
        _order.Clear();
        foreach (CredentialDigest digest in _entries.Keys)
            _order.Enqueue(digest);
    }

    private sealed record Entry(string User, ulong Version, bool IsRight, long Since);
}
