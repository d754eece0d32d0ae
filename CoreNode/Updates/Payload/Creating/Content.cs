using System.Numerics;
using System.Runtime.InteropServices;
using CoreNode.Foundation;

namespace CoreNode.Updates.Payload.Creating;

/// <summary>Fast hashes by which equal content is found; what they find is compared before it counts.</summary>
internal static class Content
{
    /// <summary>Bytes before a position that decide whether it is sampled.</summary>
    public const int WarmupBytes = 64;

    // One position in 1024: the highest ten bits, which all of the last 64 bytes have gone into.
    private const int SampleShift = 64 - 10;

    private static readonly ulong[] s_gear = MakeGear();

    /// <summary>A hash of a block.</summary>
    public static ulong OfBlock(ReadOnlySpan<byte> block)
    {
        const ulong Prime = 0x9E3779B97F4A7C15;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(block);
        ulong a = 1;
        ulong b = 2;
        ulong c = 3;
        ulong d = 4;
        unchecked
        {
            for (int i = 0; i + 3 < words.Length; i += 4)
            {
                a = BitOperations.RotateLeft((a ^ words[i]) * Prime, 29);
                b = BitOperations.RotateLeft((b ^ words[i + 1]) * Prime, 29);
                c = BitOperations.RotateLeft((c ^ words[i + 2]) * Prime, 29);
                d = BitOperations.RotateLeft((d ^ words[i + 3]) * Prime, 29);
            }

            ulong hash = ((a * Prime ^ b) * Prime ^ c) * Prime ^ d;
            return hash ^ (hash >> 32);
        }
    }

    /// <summary>
    /// Adds the samples of a piece of an image: positions that the content itself chooses (gear hash), so that the same
    /// content gives the same samples wherever it lies.
    /// </summary>
    /// <param name="bytes">The piece, after up to <see cref="WarmupBytes"/> bytes that lie before it.</param>
    /// <param name="warmup">How many these are.</param>
    /// <param name="position">Where in the image the piece begins.</param>
    /// <param name="samples">Where they go.</param>
    public static void Sample(ReadOnlySpan<byte> bytes, int warmup, long position, ContentSamples samples)
    {
        ReadOnlySpan<ulong> gear = s_gear;
        ulong hash = 0;
        ulong last = 0;
        unchecked
        {
            for (int i = 0; i < warmup; i++)
                hash = (hash << 1) + gear[bytes[i]];
            for (int i = warmup; i < bytes.Length; i++)
            {
                hash = (hash << 1) + gear[bytes[i]];
                // A run of one byte gives one hash over and over.
                if (hash >> SampleShift != 0 || hash == last)
                    continue;
                last = hash;
                if (!samples.TryAdd(hash, position + i - warmup))
                    return;
            }
        }
    }

    private static ulong[] MakeGear()
    {
        Prng random = new(0x43724155);
        ulong[] gear = new ulong[256];
        for (int i = 0; i < gear.Length; i++)
            gear[i] = random.NextUInt64();
        return gear;
    }
}
