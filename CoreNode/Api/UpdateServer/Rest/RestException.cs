namespace CoreNode.Api.UpdateServer.Rest;

/// <summary>A request that asks for something that makes no sense.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="error">A word for programs.</param>
/// <param name="message">What is wrong and what to do, one line.</param>
internal sealed class RestException(int status, string error, string message) : Exception(message)
{
    /// <summary>HTTP status.</summary>
    public int Status => status;

    /// <summary>A word for programs.</summary>
    public string Error => error;

    /// <summary>A value makes no sense.</summary>
    public static RestException Invalid(string message) => new(400, "invalid", message);

    /// <summary>What is meant is not there.</summary>
    public static RestException NotFound(string message) => new(404, "not-found", message);
}
