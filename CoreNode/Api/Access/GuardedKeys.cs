namespace CoreNode.Api.Access;

/// <summary>
/// The keys below /_coreos.com and /coreos.com, where fleet, locksmith and their successors keep what machines act on:
/// who writes there runs what he likes, as root, on every machine.
/// </summary>
internal static class GuardedKeys
{
    /// <summary>
    /// True if a write of this key can change guarded ones: it is one, or it removes what they are in. The key is what
    /// follows "/v2/keys" in a clean path; a slash at its end means nothing.
    /// </summary>
    public static bool AreTouched(string method, ReadOnlySpan<byte> key)
    {
        if (key.Length <= 1)
            return method == "DELETE";
        return key[1] is (byte)'_' or (byte)'c'
            && (IsAtOrBelow(key, "/_coreos.com"u8) || IsAtOrBelow(key, "/coreos.com"u8));
    }

    private static bool IsAtOrBelow(ReadOnlySpan<byte> key, ReadOnlySpan<byte> folder) =>
        key.StartsWith(folder) && (key.Length == folder.Length || key[folder.Length] == '/');
}
