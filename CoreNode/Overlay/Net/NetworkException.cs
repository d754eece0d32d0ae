namespace CoreNode.Overlay.Net;

/// <summary>The kernel's network cannot be read at all. The message says why and what to do.</summary>
public sealed class NetworkException : Exception
{
    /// <summary>With the kernel's errno.</summary>
    public NetworkException(string message, int errorNumber)
        : base(message) => ErrorNumber = errorNumber;

    /// <summary>The kernel's errno.</summary>
    public int ErrorNumber { get; }
}
