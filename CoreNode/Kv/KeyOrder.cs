using System.Runtime.CompilerServices;
using CoreNode.Foundation;

namespace CoreNode.Kv;

/// <summary>
/// The order of canonical keys in the tree: bytewise, but '/' sorts below every other byte. So a directory stands right
/// before everything in it, what is in it is one unbroken range, and siblings are in byte order of their names, which
/// is etcd's sorted order.
/// </summary>
internal static class KeyOrder
{
    /// <summary>
    /// Negative, zero or positive as <paramref name="a"/> sorts before, with or after <paramref name="b"/>.
    /// </summary>
    public static int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        int common = a.CommonPrefixLength(b);
        if (common == a.Length || common == b.Length)
            return a.Length.CompareTo(b.Length);
        return Rank(a[common]) - Rank(b[common]);
    }

    /// <summary>
    /// Four bytes of the key from <paramref name="start"/> as a number that sorts as the key does: equal heads say
    /// nothing, different heads decide. Bytes past the end count as zero, which only a '/' does too.
    /// </summary>
    public static uint Head(ReadOnlySpan<byte> key, int start)
    {
        unchecked
        {
            if (start + 4 <= key.Length)
            {
                ReadOnlySpan<byte> four = key.Slice(start, 4);
                return ((uint)Rank(four[0]) << 24) | ((uint)Rank(four[1]) << 16) | ((uint)Rank(four[2]) << 8)
                    | (uint)Rank(four[3]);
            }

            uint head = 0;
            for (int i = start; i < key.Length; i++)
                head |= (uint)Rank(key[i]) << (24 - (8 * (i - start)));
            return head;
        }
    }

    /// <summary>Number of elements below <paramref name="head"/> in an ascending list.</summary>
    public static int LowerBound(ReadOnlySpan<uint> heads, uint head)
    {
        int low = 0;
        int count = heads.Length;
        while (count > 0)
        {
            int half = count >> 1;
            // Written so that the compiler can select instead of branching: the outcome is a coin toss.
            int next = low + half + 1;
            bool isBelow = heads[low + half] < head;
            low = isBelow ? next : low;
            count = isBelow ? count - half - 1 : half;
        }

        return low;
    }

    /// <summary>Length of the longest path that is both keys' ancestor or the key itself; 0 is the root.</summary>
    public static int CommonPathLength(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        int common = a.CommonPrefixLength(b);
        bool endsInA = common == a.Length || a[common] == (byte)'/';
        bool endsInB = common == b.Length || b[common] == (byte)'/';
        if (endsInA && endsInB)
            return common;
        return Math.Max(0, a[..common].LastIndexOf((byte)'/'));
    }

    /// <summary>Length of the parent's path; 0 is the root.</summary>
    public static int ParentLength(ReadOnlySpan<byte> key) => key.LastIndexOf((byte)'/');

    /// <summary>
    /// The path that ends after the component which follows the first <paramref name="length"/> bytes.
    /// </summary>
    public static ReadOnlySpan<byte> NextPath(ReadOnlySpan<byte> key, int length)
    {
        int next = key[(length + 1)..].IndexOf((byte)'/');
        return next < 0 ? key : key[..(length + 1 + next)];
    }

    /// <summary>True for what is below <paramref name="directory"/>, not for itself.</summary>
    public static bool IsBelow(ReadOnlySpan<byte> key, ReadOnlySpan<byte> directory)
    {
        if (directory.Length == 1)
            return key.Length > 1;
        return key.Length > directory.Length && key[directory.Length] == (byte)'/' && key.StartsWith(directory);
    }

    /// <summary>The first possible key after <paramref name="key"/> and all that is below it.</summary>
    public static byte[] AfterSubtree(ReadOnlySpan<byte> key) => [.. key, 0];

    /// <summary>
    /// A shortest key that is above <paramref name="left"/> and not above <paramref name="right"/>, to divide two
    /// nodes.
    /// </summary>
    public static byte[] Separator(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Invariant.That(Compare(left, right) < 0, "keys to separate are in order");
        return right[..(left.CommonPrefixLength(right) + 1)].ToArray();
    }

    /// <summary>True for "/" and for "/a/b" without empty components or a slash at the end.</summary>
    public static bool IsCanonical(ReadOnlySpan<byte> key) =>
        key.Length > 0 && key[0] == (byte)'/'
        && (key.Length == 1 || (key[^1] != (byte)'/' && key.IndexOf("//"u8) < 0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Rank(byte b) => b == (byte)'/' ? 0 : b < (byte)'/' ? b + 1 : b;
}
