using System.Security.Cryptography;
using CoreNode.Store;

namespace CoreNode.Api.Peers.Requests;

/// <summary>
/// What a member knows: the cluster's secret is a key of the store's own, which no client reads or writes. It is made
/// when it is first asked for, so a cluster that needs none has none. Any thread.
/// </summary>
/// <param name="token">The token of the cluster; null for the default one.</param>
public sealed class MemberKeys(string? token) : INodeKeys
{
    private const int SecretLength = 32;

    private volatile IKeyStore? _store;

    /// <inheritdoc/>
    public byte[]? TokenKey { get; } = token is null ? null : RequestProof.KeyOf(token);

    private static ReadOnlySpan<byte> SecretKey => "secrets/nodes"u8;

    /// <summary>From now on the secret is found there.</summary>
    public void Bind(IKeyStore store) => _store = store;

    /// <inheritdoc/>
    public async ValueTask<byte[]?> FindSecretAsync(CancellationToken cancellation)
    {
        if (_store is not { } store)
            return null;
        if (Find(store.Current) is { } known)
            return known;

        // This member may lag. Of members that make it at the same time the first wins, and all read what it made.
        if ((await store.ReadLinearizableAsync(cancellation)).Keyspace is not { } newest)
            return null;
        if (Find(newest) is { } present)
            return present;
        await store.ProposeAsync(MakeCommand(), cancellation);
        return (await store.ReadLinearizableAsync(cancellation)).Keyspace is { } made ? Find(made) : null;
    }

    private static byte[] MakeCommand() => new KeyCommand
    {
        Operation = KeyOperation.SystemCreate,
        Key = SecretKey,
        Value = RandomNumberGenerator.GetBytes(SecretLength),
    }.Encode();

    private static byte[]? Find(IKeyspace keyspace) =>
        keyspace.TryGetSystem(SecretKey, out ReadOnlyMemory<byte> value) ? value.ToArray() : null;
}
