using System.Buffers;
using System.Text;
using CoreNode.Api.Peers.Requests;
using CoreNode.Platform;

namespace CoreNode.Hosting.Updates.Sites;

/// <summary>
/// A member's keys, with the cluster's secret in a file beside the state of updates. A member that has just started
/// does not know the newest keys of its own store before there is a leader, and that there is none for it is just what
/// it asks others about after an update. Any thread.
/// </summary>
/// <param name="inner">The keys as the store has them: those count wherever they can be had.</param>
/// <param name="file">Where the secret is kept, for the owner of the data folder only.</param>
internal sealed class KeptKeys(INodeKeys inner, string file) : INodeKeys
{
    private const int SecretLength = 32;
    private const string Head = "1 ";
    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789abcdef");
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly Lazy<byte[]?> _atStart = new(() => Read(file));
    private volatile byte[]? _kept;

    /// <inheritdoc/>
    public byte[]? TokenKey => inner.TokenKey;

    private byte[]? Kept => _kept ?? _atStart.Value;

    /// <inheritdoc/>
    public async ValueTask<byte[]?> FindSecretAsync(CancellationToken cancellation)
    {
        if (Kept is not { } kept)
            return Remembered(await inner.FindSecretAsync(cancellation));
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_patience);
        try
        {
            // A store without a leader goes on trying, whoever waits for it.
            return Remembered(await inner.FindSecretAsync(limit.Token).AsTask().WaitAsync(limit.Token)) ?? kept;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return kept;
        }
    }

    /// <summary>Has the secret kept, if it is to be had now; false: it is not.</summary>
    public async Task<bool> TryKeepAsync(CancellationToken cancellation)
    {
        try
        {
            return await FindSecretAsync(cancellation) is not null;
        }
        catch (IOException)
        {
            return false;
        }
    }

    // What the store says is the right one: kept for the next start, whatever becomes of the request that asked for it.
    private byte[]? Remembered(byte[]? secret)
    {
        if (secret is not { Length: SecretLength } || (Kept is { } kept && kept.AsSpan().SequenceEqual(secret)))
            return secret;
        try
        {
            byte[] text = Encoding.ASCII.GetBytes($"{Head}{Convert.ToHexStringLower(secret)}\n");
            SmallFiles.Write(file, text, UnixFileMode.UserRead | UnixFileMode.UserWrite, replaces: true);
            _kept = secret;
        }
        catch (IOException)
        {
            // Then the next start asks others a little later: once there is a leader.
        }

        return secret;
    }

    // Whatever it is that cannot be read is no secret.
    private static byte[]? Read(string file)
    {
        try
        {
            string text = Encoding.ASCII.GetString(SmallFiles.Read(file)).TrimEnd('\n');
            return text.StartsWith(Head, StringComparison.Ordinal)
                && text.Length == Head.Length + (2 * SecretLength)
                && !text.AsSpan(Head.Length).ContainsAnyExcept(s_digits)
                    ? Convert.FromHexString(text.AsSpan(Head.Length))
                    : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
