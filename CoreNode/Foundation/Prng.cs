using System.Numerics;

namespace CoreNode.Foundation;

/// <summary>
/// Seeded generator (xoshiro256**, seeded by SplitMix64; Blackman and Vigna 2018) for election jitter, backoff and
/// tests: the same seed gives the same run. Not for secrets. Owned by one thread.
/// </summary>
public sealed class Prng
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>A generator whose whole sequence follows from <paramref name="seed"/>.</summary>
    public Prng(ulong seed)
    {
        Seed = seed;
        _s0 = SplitMix(ref seed);
        _s1 = SplitMix(ref seed);
        _s2 = SplitMix(ref seed);
        _s3 = SplitMix(ref seed);
    }

    /// <summary>The seed that this generator started from.</summary>
    public ulong Seed { get; }

    /// <summary>
    /// An independent stream that depends on the seed and <paramref name="name"/> only, not on draws made.
    /// </summary>
    public Prng Child(string name)
    {
        unchecked
        {
            ulong hash = 14695981039346656037UL ^ Seed;
            foreach (char c in name)
                hash = (hash ^ c) * 1099511628211UL;
            return new Prng(hash);
        }
    }

    /// <summary>64 evenly distributed bits.</summary>
    public ulong NextUInt64()
    {
        unchecked
        {
            ulong result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
            ulong t = _s1 << 17;
            _s2 ^= _s0;
            _s3 ^= _s1;
            _s1 ^= _s2;
            _s0 ^= _s3;
            _s2 ^= t;
            _s3 = BitOperations.RotateLeft(_s3, 45);
            return result;
        }
    }

    /// <summary>An integer in [0, <paramref name="exclusiveMax"/>).</summary>
    public int Next(int exclusiveMax)
    {
        Invariant.That(exclusiveMax > 0, "Prng.Next needs a positive bound");
        return (int)Math.BigMul(NextUInt64(), (ulong)exclusiveMax, out _);
    }

    /// <summary>An integer in [<paramref name="inclusiveMin"/>, <paramref name="exclusiveMax"/>).</summary>
    public int Next(int inclusiveMin, int exclusiveMax) => inclusiveMin + Next(exclusiveMax - inclusiveMin);

    /// <summary>A number in [0, 1).</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>True with the given probability in [0, 1].</summary>
    public bool Chance(double probability) => NextDouble() < probability;

    private static ulong SplitMix(ref ulong state)
    {
        unchecked
        {
            state += 0x9E3779B97F4A7C15UL;
            ulong z = state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return z ^ (z >> 31);
        }
    }
}
