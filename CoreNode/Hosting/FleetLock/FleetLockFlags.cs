namespace CoreNode.Hosting.FleetLock;

/// <summary>The flags about FleetLock.</summary>
internal static class FleetLockFlags
{
    private const int ShortestToken = 16;

    /// <summary>In the order of help.</summary>
    public static readonly IReadOnlyList<NodeFlag> All =
    [
        new("listen-fleetlock-urls", "", "URL,...", "where FleetLock (Zincati and others) is served; none by default"),
        new("fleetlock-token-file", "", "FILE", "token that clients of FleetLock show (Authorization: Bearer …)"),
    ];

    /// <summary>Reads the token; what is wrong is added to the problems. Null for none.</summary>
    public static string? ReadToken(string file, Func<string, string> readFile, List<string> problems)
    {
        if (file.Length == 0)
            return null;
        try
        {
            string token = readFile(file).Trim();
            if (token.Length >= ShortestToken && !token.AsSpan().ContainsAny(" \t\r\n"))
                return token;
            problems.Add($"--fleetlock-token-file {file}: one word of at least {ShortestToken} characters is needed, "
                + "such as `openssl rand -hex 32` makes");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            problems.Add($"--fleetlock-token-file {file}: {fault.Message}");
        }

        return null;
    }
}
