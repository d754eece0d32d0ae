namespace CoreNode.Api.Access;

/// <summary>Finds the surface of a request by its method and its decoded, clean path. Pure.</summary>
internal static class Surfaces
{
    /// <summary>Bytes of "/v2/keys", which comes before each key.</summary>
    private const int KeysPrefixLength = 8;

    /// <summary>True for paths that etcd does not have; their answers let no web page read them (no CORS).</summary>
    public static bool IsOwn(ReadOnlySpan<byte> path) =>
        path.StartsWith("/corenode/"u8) || path.StartsWith("/fleet/"u8) || IsAtOrBelow(path, "/v1-alpha"u8);

    /// <summary>The surface of a request. OPTIONS counts as reading: it changes nothing.</summary>
    public static Surface Of(string method, ReadOnlySpan<byte> path)
    {
        bool isRead = method is "GET" or "HEAD" or "OPTIONS";
        if (!path.StartsWith("/v2/"u8))
            return IsOwn(path) ? OwnOf(path) : NodeOf(path);
        if (IsAtOrBelow(path, "/v2/keys"u8))
            return isRead ? Surface.ReadKeys : WriteOf(method, path[KeysPrefixLength..]);
        if (IsAtOrBelow(path, "/v2/members"u8))
            return isRead ? Surface.ReadMembers : Surface.ChangeMembers;
        if (IsAtOrBelow(path, "/v2/auth"u8))
            return isRead ? Surface.ReadAuth : Surface.ChangeAuth;
        if (IsAtOrBelow(path, "/v2/stats"u8))
            return Surface.Stats;
        return path.SequenceEqual("/v2/machines"u8) ? Surface.Machines : Surface.Nothing;
    }

    private static Surface WriteOf(string method, ReadOnlySpan<byte> key) =>
        GuardedKeys.AreTouched(method, key) ? Surface.WriteGuardedKeys : Surface.WriteKeys;

    // Whatever later versions put there is an admin surface unless it is named here.
    private static Surface OwnOf(ReadOnlySpan<byte> path)
    {
        if (path.SequenceEqual("/corenode/v1/status"u8))
            return Surface.Status;
        return path.SequenceEqual("/corenode/v1/snapshot"u8) ? Surface.Snapshot : Surface.Admin;
    }

    private static Surface NodeOf(ReadOnlySpan<byte> path)
    {
        if (path.SequenceEqual("/version"u8) || path.SequenceEqual("/health"u8))
            return Surface.Health;
        if (path.SequenceEqual("/metrics"u8))
            return Surface.Metrics;
        return path.SequenceEqual("/debug/vars"u8) ? Surface.Variables : Surface.Nothing;
    }

    private static bool IsAtOrBelow(ReadOnlySpan<byte> path, ReadOnlySpan<byte> prefix) =>
        path.StartsWith(prefix) && (path.Length == prefix.Length || path[prefix.Length] == '/');
}
