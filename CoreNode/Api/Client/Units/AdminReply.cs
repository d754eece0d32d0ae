namespace CoreNode.Api.Client.Units;

/// <summary>What came of a call to the admin surface.</summary>
public abstract record AdminReply<T>
    where T : class
{
    private AdminReply()
    {
    }

    /// <summary>It was done.</summary>
    public sealed record Done(T Value) : AdminReply<T>;

    /// <summary>The node said no.</summary>
    /// <param name="Endpoint">Who.</param>
    /// <param name="Status">HTTP status.</param>
    /// <param name="Message">Why, in its words; empty if it gave none.</param>
    public sealed record Refused(ClientEndpoint Endpoint, int Status, string Message) : AdminReply<T>;

    /// <summary>No node answered.</summary>
    public sealed record Failed(V2Reply.Failed Reply) : AdminReply<T>;
}
