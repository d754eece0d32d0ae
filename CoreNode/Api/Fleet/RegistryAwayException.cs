namespace CoreNode.Api.Fleet;

/// <summary>The store does not tell how units stand; the message says why.</summary>
internal sealed class RegistryAwayException(string message) : Exception(message);
