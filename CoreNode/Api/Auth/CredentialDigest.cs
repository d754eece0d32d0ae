using System.Runtime.InteropServices;

namespace CoreNode.Api.Auth;

/// <summary>
/// Stands for a credential in memory: a hash with a key that only this process knows, so that the cache holds nothing
/// that could be used elsewhere.
/// </summary>
internal readonly record struct CredentialDigest(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>Bytes of one.</summary>
    public const int Length = 32;

    /// <summary>Takes the hash's bytes.</summary>
    public static CredentialDigest Of(ReadOnlySpan<byte> hash)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(hash);
        return new CredentialDigest(words[0], words[1], words[2], words[3]);
    }

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(A, B, C, D);
}
