namespace CoreNode.Api.Client;

/// <summary>Answer to a question about members: exactly one of the nested cases.</summary>
public abstract record MembersOutcome
{
    private MembersOutcome()
    {
    }

    /// <summary>The members, in the server's order.</summary>
    public sealed record Listed(IReadOnlyList<ListedMember> Members) : MembersOutcome;

    /// <summary>A node answered with this message instead ("During election").</summary>
    public sealed record Refused(ClientEndpoint Endpoint, int Status, string Message) : MembersOutcome;

    /// <summary>No node answered.</summary>
    public sealed record Unreachable(IReadOnlyList<EndpointFailure> Failures) : MembersOutcome
    {
        /// <summary>True if a change may have been made all the same.</summary>
        public bool MayHaveHappened { get; init; }
    }
}
