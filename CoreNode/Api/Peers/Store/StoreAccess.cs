using CoreNode.Cluster.Clients;
using CoreNode.Store;

namespace CoreNode.Api.Peers.Store;

/// <summary>
/// Which keys other nodes read and write through requests between nodes (docs/security.md): those of units, and those
/// that units announce. Any thread.
/// </summary>
/// <param name="prefix">Where units stand, without a slash at the end; empty: everything.</param>
/// <param name="isAnnounced">Whether a key is noted as one that a unit announces.</param>
public sealed class StoreAccess(string prefix, Func<string, CancellationToken, Task<bool>> isAnnounced)
{
    /// <summary>Where what nodes keep for each other stands besides.</summary>
    public IReadOnlyList<string> Further { get; init; } = [];

    /// <summary>Why a node may not use that key; null if it may.</summary>
    internal async Task<KvError?> RefuseAsync(string key, CancellationToken cancellation)
    {
        string clean = System.Text.Encoding.UTF8.GetString(KvText.Key(key));
        bool isBelow = IsBelow(clean, prefix) || Further.Any(folder => IsBelow(clean, folder));
        return isBelow || await isAnnounced(clean, cancellation)
            ? null
            : new KvError(
                (int)ErrorCode.Unauthorized, ErrorCodes.Message(ErrorCode.Unauthorized),
                $"corenode: nodes use keys below {prefix} and those that units announce; {clean} is neither", 0);
    }

    private static bool IsBelow(string key, string folder) => key.StartsWith(folder, StringComparison.Ordinal)
        && (key.Length == folder.Length || folder.Length == 0 || key[folder.Length] == '/');
}
