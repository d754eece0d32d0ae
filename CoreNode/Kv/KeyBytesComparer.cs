using System.Diagnostics.CodeAnalysis;

namespace CoreNode.Kv;

/// <summary>
/// Lets a dictionary with byte keys be asked with a span. The hash has no per-process seed, so that a run can be
/// repeated exactly.
/// </summary>
internal sealed class KeyBytesComparer
    : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    /// <summary>The only one.</summary>
    public static readonly KeyBytesComparer Instance = new();

    private KeyBytesComparer()
    {
    }

    /// <inheritdoc/>
    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    /// <inheritdoc/>
    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

    /// <inheritdoc/>
    public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

    /// <inheritdoc/>
    public int GetHashCode(ReadOnlySpan<byte> alternate)
    {
        unchecked
        {
            ulong hash = StateHash.Mix(0, 0, 0, alternate);
            return (int)(hash ^ (hash >> 32));
        }
    }

    /// <inheritdoc/>
    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
}
