namespace CoreNode.Api.Client.Units;

/// <summary>A call of fleet's API did not succeed; the message says why.</summary>
public sealed class FleetException(string message, int status) : Exception(message)
{
    /// <summary>HTTP status; 0 if nobody answered.</summary>
    public int Status { get; } = status;
}
