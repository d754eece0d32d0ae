using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using CoreNode.Store;

namespace CoreNode.Discovery;

/// <summary>
/// The tokens of the discovery service, as directories with a deadline in the store: who knows a token may write its
/// machines below it, and nobody else finds it. Any thread.
/// </summary>
public sealed class TokenRegistry(IKeyStore store, TokenLimits limits, TimeProvider time)
{
    private const int TokenBytes = 16;
    private const long NsPerTick = 100;

    private readonly ClientQuota _quota = new(limits.TokensPerMinute, time);
    private int _making;

    /// <summary>The limits.</summary>
    public TokenLimits Limits => limits;

    /// <summary>Makes a token for a cluster of that size, 1 to 9.</summary>
    public async Task<NewToken> CreateAsync(int size, IPAddress? client, CancellationToken cancellation)
    {
        if (!_quota.TryTake(client))
        {
            return new NewToken.TooMany(string.Create(CultureInfo.InvariantCulture,
                $"at most {limits.TokensPerMinute} new tokens a minute for one client (--tokens-per-minute); ")
                + "try again in a minute");
        }

        // Those in the making count, too: however many ask at one moment, there are never more.
        int making = Interlocked.Increment(ref _making);
        try
        {
            if (CountTokens() + making > limits.MaxTokens || store.Current.Count >= limits.MaxKeys)
            {
                return new NewToken.Unavailable(string.Create(CultureInfo.InvariantCulture,
                    $"there are {limits.MaxTokens} tokens or {limits.MaxKeys} entries already (--max-tokens); ")
                    + "try again when some have expired");
            }

            string token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));
            return await WriteAsync(new TokenPath(token, ""), size, cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _making);
        }
    }

    /// <summary>True while the token is there.</summary>
    public bool Knows(TokenPath path) => store.Current.TryGet(Encoding.ASCII.GetBytes(path.Directory), out _);

    /// <summary>True if one more machine may be written down below the token.</summary>
    public bool HasRoom(TokenPath path)
    {
        IKeyspace keys = store.Current;
        if (keys.Count >= limits.MaxKeys)
            return false;
        int entries = -1;
        IKeyCursor cursor = keys.OpenCursor(Encoding.ASCII.GetBytes(path.Directory));
        while (entries <= limits.MaxEntriesPerToken && cursor.MoveNext())
        {
            cursor.SkipSubtree();
            entries++;
        }

        return entries < limits.MaxEntriesPerToken;
    }

    private async Task<NewToken> WriteAsync(TokenPath path, int size, CancellationToken cancellation)
    {
        // Nobody knows the token before both are written, so half of it is nobody's loss and expires.
        byte[] directory = new KeyCommand
        {
            Operation = KeyOperation.Create,
            Key = Encoding.ASCII.GetBytes(path.Directory),
            IsDirectory = true,
            ExpirationUnixNs = Deadline(),
        }.Encode();
        byte[] sizeKey = new KeyCommand
        {
            Operation = KeyOperation.Create,
            Key = Encoding.ASCII.GetBytes(path.Directory + TokenPath.Size),
            Value = Encoding.ASCII.GetBytes(size.ToString(CultureInfo.InvariantCulture)),
        }.Encode();
        foreach (byte[] command in new[] { directory, sizeKey })
        {
            KeyOutcome outcome = await store.ProposeAsync(command, cancellation);
            if (outcome.Error is { } error)
                return new NewToken.Unavailable($"the store cannot write now: {error}");
        }

        return new NewToken.Made(path.Token);
    }

    private long Deadline() =>
        checked((time.GetUtcNow() + limits.TokenTtl - DateTimeOffset.UnixEpoch).Ticks * NsPerTick);

    private int CountTokens()
    {
        IKeyspace keys = store.Current;
        ReadOnlyMemory<byte> registry = Encoding.ASCII.GetBytes(TokenPath.Registry);
        if (!keys.TryGet(registry.Span, out _))
            return 0;
        int count = 0;
        IKeyCursor cursor = keys.OpenCursor(registry);
        while (cursor.MoveNext())
        {
            cursor.SkipSubtree();
            count++;
        }

        return count;
    }
}
