using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace CoreNode.Updates.Payload;

/// <summary>
/// SHA-256 (FIPS 180-4) of a stream, whose state can be kept and gone on with after a restart: .NET's own cannot, and
/// needs OpenSSL, which the boot stage does not have. Owned by one thread.
/// </summary>
public sealed class RunningSha256
{
    /// <summary>Bytes of a state: eight words, the length so far, the block begun.</summary>
    public const int StateBytes = 8 * sizeof(uint) + sizeof(ulong) + BlockBytes;

    private const int BlockBytes = 64;

    private static ReadOnlySpan<uint> Constants =>
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    private readonly uint[] _words =
    [
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    ];

    private readonly byte[] _block = new byte[BlockBytes];
    private ulong _length;

    /// <summary>Goes on with a state that <see cref="Save"/> gave; null for bytes that are none.</summary>
    public static RunningSha256? TryLoad(ReadOnlySpan<byte> state)
    {
        if (state.Length != StateBytes)
            return null;
        RunningSha256 hash = new();
        for (int i = 0; i < hash._words.Length; i++)
            hash._words[i] = BinaryPrimitives.ReadUInt32BigEndian(state[(i * sizeof(uint))..]);
        state = state[(hash._words.Length * sizeof(uint))..];
        hash._length = BinaryPrimitives.ReadUInt64BigEndian(state);
        state[sizeof(ulong)..].CopyTo(hash._block);
        return hash;
    }

    /// <summary>The state: words and length big-endian, then the block with zeros behind what it holds.</summary>
    public byte[] Save()
    {
        byte[] state = new byte[StateBytes];
        Span<byte> rest = state;
        foreach (uint word in _words)
        {
            BinaryPrimitives.WriteUInt32BigEndian(rest, word);
            rest = rest[sizeof(uint)..];
        }

        BinaryPrimitives.WriteUInt64BigEndian(rest, _length);
        _block.AsSpan(0, Begun).CopyTo(rest[sizeof(ulong)..]);
        return state;
    }

    /// <summary>Adds bytes.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        int begun = Begun;
        _length += (ulong)data.Length;
        if (begun > 0)
        {
            int taken = Math.Min(BlockBytes - begun, data.Length);
            data[..taken].CopyTo(_block.AsSpan(begun));
            data = data[taken..];
            if (begun + taken < BlockBytes)
                return;
            Compress(_block);
        }

        int whole = data.Length / BlockBytes * BlockBytes;
        Compress(data[..whole]);
        data[whole..].CopyTo(_block);
    }

    /// <summary>The hash of all bytes so far; more may follow.</summary>
    public byte[] Current()
    {
        RunningSha256 end = TryLoad(Save())!;
        Span<byte> padding = stackalloc byte[2 * BlockBytes];
        padding.Clear();
        padding[0] = 0x80;
        int length = Begun < BlockBytes - sizeof(ulong) ? BlockBytes - Begun : 2 * BlockBytes - Begun;
        BinaryPrimitives.WriteUInt64BigEndian(padding[(length - sizeof(ulong))..], _length * 8);
        end.Append(padding[..length]);
        return end.Save()[..PayloadLimits.HashBytes];
    }

    private int Begun => (int)(_length % BlockBytes);

    private void Compress(ReadOnlySpan<byte> blocks)
    {
        Span<uint> w = stackalloc uint[64];
        ReadOnlySpan<uint> k = Constants;
        unchecked
        {
            for (; blocks.Length >= BlockBytes; blocks = blocks[BlockBytes..])
            {
                Expand(blocks, w);
                (uint a, uint b, uint c, uint d) = (_words[0], _words[1], _words[2], _words[3]);
                (uint e, uint f, uint g, uint h) = (_words[4], _words[5], _words[6], _words[7]);
                for (int i = 0; i < w.Length; i += 8)
                {
                    // Eight rounds with the names turned instead of the values.
                    Round(a, b, c, ref d, e, f, g, ref h, k[i] + w[i]);
                    Round(h, a, b, ref c, d, e, f, ref g, k[i + 1] + w[i + 1]);
                    Round(g, h, a, ref b, c, d, e, ref f, k[i + 2] + w[i + 2]);
                    Round(f, g, h, ref a, b, c, d, ref e, k[i + 3] + w[i + 3]);
                    Round(e, f, g, ref h, a, b, c, ref d, k[i + 4] + w[i + 4]);
                    Round(d, e, f, ref g, h, a, b, ref c, k[i + 5] + w[i + 5]);
                    Round(c, d, e, ref f, g, h, a, ref b, k[i + 6] + w[i + 6]);
                    Round(b, c, d, ref e, f, g, h, ref a, k[i + 7] + w[i + 7]);
                }

                _words[0] += a;
                _words[1] += b;
                _words[2] += c;
                _words[3] += d;
                _words[4] += e;
                _words[5] += f;
                _words[6] += g;
                _words[7] += h;
            }
        }
    }

    private static void Expand(ReadOnlySpan<byte> block, Span<uint> w)
    {
        unchecked
        {
            for (int i = 0; i < 16; i++)
                w[i] = BinaryPrimitives.ReadUInt32BigEndian(block[(i * sizeof(uint))..]);
            for (int i = 16; i < w.Length; i++)
            {
                uint x = w[i - 15];
                uint y = w[i - 2];
                uint s0 = BitOperations.RotateRight(x, 7) ^ BitOperations.RotateRight(x, 18) ^ (x >> 3);
                uint s1 = BitOperations.RotateRight(y, 17) ^ BitOperations.RotateRight(y, 19) ^ (y >> 10);
                w[i] = w[i - 16] + s0 + w[i - 7] + s1;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(uint a, uint b, uint c, ref uint d, uint e, uint f, uint g, ref uint h, uint input)
    {
        unchecked
        {
            // Rotations by 6, 11 and 25, and by 2, 13 and 22, nested: each needs no value but the last.
            uint s1 = BitOperations.RotateRight(e, 14) ^ e;
            s1 = BitOperations.RotateRight(BitOperations.RotateRight(s1, 5) ^ e, 6);
            uint s0 = BitOperations.RotateRight(a, 9) ^ a;
            s0 = BitOperations.RotateRight(BitOperations.RotateRight(s0, 11) ^ a, 2);
            uint sum = h + s1 + ((e & f) ^ (~e & g)) + input;
            d += sum;
            h = sum + s0 + ((a & b) ^ (a & c) ^ (b & c));
        }
    }
}
