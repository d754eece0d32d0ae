using System.Buffers.Binary;
using System.Text;
using CoreNode.Foundation;

namespace CoreNode.Tests.Platform.Codecs;

/// <summary>Data as images hold it: text, numbers, zeros and noise in turn; the same for the same seed.</summary>
internal static class CodecSample
{
    public static byte[] Make(int length, ulong seed = 6)
    {
        Prng prng = new(seed);
        MemoryStream data = new();
        byte[] words = Encoding.ASCII.GetBytes("unit slot payload verity kernel module symbol relocation section ");
        while (data.Length < length)
        {
            switch (prng.Next(4))
            {
                case 0:
                    data.Write(new byte[prng.Next(1, 5000)]);
                    break;
                case 1:
                    data.Write(Noise(prng.Next(1, 3000), prng));
                    break;
                case 2:
                    for (int count = prng.Next(1, 200); count > 0; count--)
                        data.Write(words, prng.Next(words.Length / 2), prng.Next(4, words.Length / 2));
                    break;
                default:
                    for (int count = prng.Next(1, 500), number = 0; count > 0; count--, number += 8)
                        data.Write(BitConverter.GetBytes(number));
                    break;
            }
        }

        return data.GetBuffer()[..length];
    }

    public static byte[] Noise(int length, Prng prng)
    {
        byte[] noise = new byte[length];
        Span<byte> eight = stackalloc byte[sizeof(ulong)];
        for (int at = 0; at < length; at += eight.Length)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(eight, prng.NextUInt64());
            eight[..Math.Min(eight.Length, length - at)].CopyTo(noise.AsSpan(at));
        }

        return noise;
    }

    /// <summary>The same with some bytes changed, some left out and some put in: the next release.</summary>
    public static byte[] Change(byte[] data, ulong seed)
    {
        Prng prng = new(seed);
        MemoryStream changed = new();
        for (int at = 0; at < data.Length;)
        {
            int length = Math.Min(prng.Next(1, 40_000), data.Length - at);
            changed.Write(data, at, length);
            changed.Write(Noise(prng.Next(40), prng));
            at += length + prng.Next(40);
        }

        return changed.ToArray();
    }
}
