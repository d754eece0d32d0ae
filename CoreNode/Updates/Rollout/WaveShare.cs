using System.Text;

namespace CoreNode.Updates.Rollout;

/// <summary>
/// Where a machine stands in a release's waves: a number from 0 to below 100 that follows from both ids only, so that
/// it outlives restarts and servers, and other machines are the first in the next release. FNV-1a over the machine's
/// id, a line end and the release's id in UTF-8, its bits mixed as the end of MurmurHash3 does. Never to be changed: a
/// rollout under way would get other waves.
/// </summary>
public static class WaveShare
{
    private const ulong Basis = 14695981039346656037UL;
    private const ulong Prime = 1099511628211UL;

    /// <summary>A machine is in a wave if its number is below the wave's percent.</summary>
    public static double Of(string machineId, string releaseId)
    {
        unchecked
        {
            ulong hash = Add(Basis, machineId);
            hash = (hash ^ '\n') * Prime;
            hash = Add(hash, releaseId);
            hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCDUL;
            hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53UL;
            hash ^= hash >> 33;
            return (hash >> 11) * (100.0 / (1UL << 53));
        }
    }

    private static ulong Add(ulong hash, string text)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (Rune rune in text.EnumerateRunes())
        {
            int count = rune.EncodeToUtf8(bytes);
            for (int i = 0; i < count; i++)
                hash = unchecked((hash ^ bytes[i]) * Prime);
        }

        return hash;
    }
}
