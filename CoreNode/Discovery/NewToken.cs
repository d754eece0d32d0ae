namespace CoreNode.Discovery;

/// <summary>What came of the wish for a new token.</summary>
public abstract record NewToken
{
    private NewToken()
    {
    }

    /// <summary>It is there, durably.</summary>
    public sealed record Made(string Token) : NewToken;

    /// <summary>This client has had its share of this minute.</summary>
    public sealed record TooMany(string Reason) : NewToken;

    /// <summary>There is no room, or the store cannot write now.</summary>
    public sealed record Unavailable(string Reason) : NewToken;
}
