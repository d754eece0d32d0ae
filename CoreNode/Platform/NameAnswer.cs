namespace CoreNode.Platform;

/// <summary>What a look-up of names came to.</summary>
/// <typeparam name="T">What was looked for.</typeparam>
public abstract record NameAnswer<T>
{
    private NameAnswer()
    {
    }

    /// <summary>What there is; never empty.</summary>
    public sealed record Found(IReadOnlyList<T> Records) : NameAnswer<T>;

    /// <summary>The name server says that there is none.</summary>
    public sealed record None(string Reason) : NameAnswer<T>;

    /// <summary>No usable answer; asking again may help.</summary>
    public sealed record Failed(string Reason) : NameAnswer<T>;
}
