namespace CoreNode.Api.Client;

/// <summary>What came of a request: an answer of a node, or why there is none.</summary>
public abstract record V2Reply
{
    private V2Reply()
    {
    }

    /// <summary>A node answered, whatever it said.</summary>
    /// <param name="Endpoint">The one that answered.</param>
    /// <param name="Status">HTTP status.</param>
    /// <param name="Index">X-Etcd-Index; 0 without one.</param>
    /// <param name="Body">The whole body.</param>
    public sealed record Answered(ClientEndpoint Endpoint, int Status, ulong Index, byte[] Body) : V2Reply
    {
        /// <summary>True for 2xx.</summary>
        public bool IsSuccess => Status is >= 200 and < 300;
    }

    /// <summary>No endpoint gave an answer; <see cref="MayHaveHappened"/> says if one may still have done it.</summary>
    public sealed record Failed(IReadOnlyList<EndpointFailure> Failures) : V2Reply
    {
        /// <summary>True if the request may have reached a node.</summary>
        public bool MayHaveHappened => Failures.Any(failure => failure.MayHaveArrived);

        /// <summary>All failures in one line.</summary>
        public string Reason => string.Join("; ", Failures);
    }
}
