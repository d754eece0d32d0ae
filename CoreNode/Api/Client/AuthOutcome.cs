namespace CoreNode.Api.Client;

/// <summary>Answer of /v2/auth: exactly one of the nested cases.</summary>
public abstract record AuthOutcome
{
    private AuthOutcome()
    {
    }

    /// <summary>Done; what the answer shows is set, the rest empty.</summary>
    /// <param name="Status">HTTP status.</param>
    /// <param name="Body">The answer itself.</param>
    public sealed record Done(int Status, string Body) : AuthOutcome
    {
        /// <summary>Users that it shows.</summary>
        public IReadOnlyList<ListedUser> Users { get; init; } = [];

        /// <summary>Roles that it shows.</summary>
        public IReadOnlyList<ListedRole> Roles { get; init; } = [];

        /// <summary>True if it says that users must tell who they are.</summary>
        public bool IsEnabled { get; init; }
    }

    /// <summary>A node answered with this message instead.</summary>
    public sealed record Refused(ClientEndpoint Endpoint, int Status, string Message) : AuthOutcome
    {
        /// <summary>The answer itself.</summary>
        public byte[] Body { get; init; } = [];
    }

    /// <summary>No node answered.</summary>
    public sealed record Unreachable(IReadOnlyList<EndpointFailure> Failures) : AuthOutcome
    {
        /// <summary>True if a change may have been made all the same.</summary>
        public bool MayHaveHappened { get; init; }
    }
}
