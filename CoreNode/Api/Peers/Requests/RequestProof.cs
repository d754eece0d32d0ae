using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using CoreNode.Foundation;

namespace CoreNode.Api.Peers.Requests;

/// <summary>
/// Shows that both sides of a connection know the same key without sending it: each answers the other's random number
/// with HMAC-SHA256, and both make the connection's own keys of it (HKDF, RFC 5869). The layout is in docs/formats.md.
/// </summary>
internal readonly struct RequestProof
{
    /// <summary>Bytes of each side's random number.</summary>
    public const int NonceLength = 32;

    /// <summary>Bytes of a proof.</summary>
    public const int Length = 32;

    private const int KeyLength = 32;

    private readonly byte[] _key;
    private readonly byte[] _context;

    /// <summary>Of one connection.</summary>
    public RequestProof(
        byte[] key, PeerHello hello, ReadOnlySpan<byte> serverNonce, ReadOnlySpan<byte> clientNonce)
    {
        _key = key;
        _context = new byte[16 + (2 * NonceLength)];
        BinaryPrimitives.WriteUInt64LittleEndian(_context, hello.ClusterId);
        BinaryPrimitives.WriteUInt64LittleEndian(_context.AsSpan(8), hello.Sender.Value);
        serverNonce.CopyTo(_context.AsSpan(16));
        clientNonce.CopyTo(_context.AsSpan(16 + NonceLength));
    }

    /// <summary>A key for <see cref="RequestProof"/> from words that people chose.</summary>
    public static byte[] KeyOf(string token) =>
        HKDF.DeriveKey(
            HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(token), KeyLength, null, "corenode token 1"u8.ToArray());

    /// <summary>What the side that dialled sends.</summary>
    public byte[] OfClient() => Mac("corenode request client 1"u8);

    /// <summary>What the other side answers.</summary>
    public byte[] OfServer() => Mac("corenode request server 1"u8);

    /// <summary>True if it is what the client has to send; takes as long whatever differs.</summary>
    public bool IsOfClient(ReadOnlySpan<byte> proof) => CryptographicOperations.FixedTimeEquals(proof, OfClient());

    /// <summary>True if it is what the server has to send.</summary>
    public bool IsOfServer(ReadOnlySpan<byte> proof) => CryptographicOperations.FixedTimeEquals(proof, OfServer());

    /// <summary>Encrypts what the client sends.</summary>
    public RequestCipher ClientCipher() => new(Derive("corenode request to server 1"u8));

    /// <summary>Encrypts what the server sends.</summary>
    public RequestCipher ServerCipher() => new(Derive("corenode request to client 1"u8));

    private byte[] Mac(ReadOnlySpan<byte> role) => HMACSHA256.HashData(_key.AsSpan(), [.. role, .. _context]);

    private byte[] Derive(ReadOnlySpan<byte> purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, KeyLength, _context, purpose.ToArray());
}
