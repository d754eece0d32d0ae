namespace CoreNode.Api.Client;

/// <summary>The client's own files or options cannot be used: a certificate is missing, and so on.</summary>
public sealed class ClientConfigurationException : Exception
{
    public ClientConfigurationException(string message)
        : base(message)
    {
    }

    public ClientConfigurationException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
