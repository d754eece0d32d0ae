namespace CoreNode.Proxy;

/// <summary>What came of asking a member how it is: exactly one of the nested cases.</summary>
public abstract record ProbeAnswer
{
    private ProbeAnswer()
    {
    }

    /// <summary>It answers, and is healthy.</summary>
    /// <param name="List">The members that it knows.</param>
    /// <param name="IsAuthOn">Users have to say who they are.</param>
    public sealed record Healthy(MemberList List, bool IsAuthOn = false) : ProbeAnswer;

    /// <summary>It answers, and says why it should not be given traffic.</summary>
    /// <param name="Reason">Its own words.</param>
    public sealed record Ailing(string Reason) : ProbeAnswer;

    /// <summary>It does not answer, or not as a member does.</summary>
    /// <param name="Reason">What happened.</param>
    public sealed record Failed(string Reason) : ProbeAnswer;
}
