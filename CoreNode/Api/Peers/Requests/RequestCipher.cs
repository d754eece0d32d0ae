using System.Buffers.Binary;
using System.Security.Cryptography;

namespace CoreNode.Api.Peers.Requests;

/// <summary>
/// Seals the frames of one direction with AES-256-GCM: nobody between the nodes reads, changes, drops, repeats or swaps
/// one unnoticed. The key is of one connection, so a counter is a nonce. One owner.
/// </summary>
internal sealed class RequestCipher(byte[] key) : IDisposable
{
    /// <summary>Bytes that sealing adds.</summary>
    public const int TagLength = 16;

    private readonly AesGcm _cipher = new(key, TagLength);
    private ulong _count;

    /// <summary>Seals a payload of a frame of that type.</summary>
    /// <param name="type">The frame's.</param>
    /// <param name="plain">What to seal.</param>
    /// <param name="target">Takes <see cref="TagLength"/> bytes more.</param>
    public void Seal(FrameType type, ReadOnlySpan<byte> plain, Span<byte> target)
    {
        Span<byte> nonce = stackalloc byte[12];
        Next(nonce);
        _cipher.Encrypt(nonce, plain, target[..plain.Length], target[plain.Length..], [(byte)type]);
    }

    /// <summary>Opens a payload in place of a copy.</summary>
    /// <exception cref="PeerProtocolException">It is not what the other side sealed next.</exception>
    public byte[] Open(PeerFrame frame)
    {
        ReadOnlySpan<byte> sealedBytes = frame.Payload.Span;
        if (sealedBytes.Length < TagLength)
            throw Forged();
        Span<byte> nonce = stackalloc byte[12];
        Next(nonce);
        byte[] plain = GC.AllocateUninitializedArray<byte>(sealedBytes.Length - TagLength);
        try
        {
            _cipher.Decrypt(
                nonce, sealedBytes[..plain.Length], sealedBytes[plain.Length..], plain, [(byte)frame.Type]);
        }
        catch (AuthenticationTagMismatchException)
        {
            throw Forged();
        }

        return plain;
    }

    /// <inheritdoc/>
    public void Dispose() => _cipher.Dispose();

    private static PeerProtocolException Forged() =>
        new(ProtocolFault.Forged, "a frame is not what the other node sealed");

    private void Next(Span<byte> nonce)
    {
        nonce.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(nonce, _count++);
    }
}
