namespace CoreNode.Api.Relay;

/// <summary>The connection to a member failed, or what came is no answer; the message says why.</summary>
internal sealed class UpstreamException : Exception
{
    public UpstreamException(string message)
        : base(message)
    {
    }

    public UpstreamException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
