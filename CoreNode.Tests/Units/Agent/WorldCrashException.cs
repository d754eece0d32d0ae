namespace CoreNode.Tests.Units.Agent;

/// <summary>The agent's process ends here.</summary>
internal sealed class WorldCrashException : Exception;
