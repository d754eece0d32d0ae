namespace CoreNode.Updates.Server.Books;

/// <summary>Moments as whole seconds since 1970, as the database has them.</summary>
internal static class UnixTime
{
    public static long Of(DateTimeOffset moment) => moment.ToUnixTimeSeconds();

    public static DateTimeOffset From(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds);

    /// <summary>Without what is smaller than a second, so that memory and database hold the same.</summary>
    public static DateTimeOffset Whole(DateTimeOffset moment) => From(Of(moment));
}
